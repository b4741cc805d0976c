"""The formats of `show`. A new one is a module here and an entry in `formats`."""
