"""A run config as plain data: sections, providers, values, placeholders.

Reads no text and no file. What a release has is in `releases`, who uses
which store is in `stores`.
"""
