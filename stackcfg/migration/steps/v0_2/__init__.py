"""What Llama Stack 0.2 changed in a run config, one module for each change."""
