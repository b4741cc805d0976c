"""Which backends a config needs, and who refers to which."""
