"""What Llama Stack 0.3 changed in a run config, one module for each change."""
