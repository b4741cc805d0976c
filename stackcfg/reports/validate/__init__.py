"""The formats of `validate`."""
