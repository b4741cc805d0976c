"""What ogx 1.4 changed in a run config, one module for each change."""
