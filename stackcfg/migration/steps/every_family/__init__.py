"""Changes that the facts of each release family name, one module for
each kind.
"""
