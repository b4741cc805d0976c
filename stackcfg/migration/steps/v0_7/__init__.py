"""What Llama Stack 0.7 changed in a run config, one module for each change."""
