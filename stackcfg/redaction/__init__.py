"""Keeps secrets out of what is shown."""
