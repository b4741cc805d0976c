"""A run config as plain data: its sections, providers, values and `${env.NAME}`
placeholders.

Reads no text and no file. What a release has is in `releases`, who uses which store is
in `stores`.
"""
