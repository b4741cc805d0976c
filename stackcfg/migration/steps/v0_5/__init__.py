"""What Llama Stack 0.5 changed in a run config, one module for each change."""
