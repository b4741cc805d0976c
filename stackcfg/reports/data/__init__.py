"""The formats of the data commands."""
