"""What ogx 1.1 changed in a run config, one module for each change."""
