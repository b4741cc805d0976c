"""The formats of `show`."""
