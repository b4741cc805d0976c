"""What Llama Stack 0.1 changed in a run config, one module for each change."""
