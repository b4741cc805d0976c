"""What ogx 1.2 changed in a run config, one module for each change."""
