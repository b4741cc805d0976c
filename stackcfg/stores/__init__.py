"""The store map: a config's stores, where their rows are, what a release reads.

Stores, backends, locations and references of plain data belong here.
YAML text and positions do not, nor does anything that changes a config.
"""
