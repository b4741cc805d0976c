"""What ogx 1.5 changed in a run config, one module for each change."""
