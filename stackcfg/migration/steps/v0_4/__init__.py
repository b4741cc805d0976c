"""What Llama Stack 0.4 changed in a run config, one module for each change."""
