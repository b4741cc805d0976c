"""The store map: which stores a config has, where their rows are, and what a
release reads.

Stores, backends, locations and references of plain data belong here. YAML text
and positions do not, nor does anything that changes a config.
"""
