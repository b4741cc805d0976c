"""A run config as plain data: sections, providers, values, `${env.NAME}`
placeholders.

Reads no text and no file. What a release has is in `releases`, who uses which
store is in `stores`.
"""
