"""How the facts are read from released packages: programs for developers, imported by no other module."""
