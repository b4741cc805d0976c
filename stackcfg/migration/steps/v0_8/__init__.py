"""What ogx 0.8 changed in a run config, one module for each change."""
