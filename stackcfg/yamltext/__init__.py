"""YAML text as nodes with spans, and edits on those spans.

Whatever is true of any YAML file belongs here. Nothing here knows of
Llama Stack or of the file system.
"""
