"""YAML text as nodes with spans, and edits on it. Knows nothing of Llama Stack."""
