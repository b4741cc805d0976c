"""What ogx 1.0 changed in a run config, one module for each change."""
