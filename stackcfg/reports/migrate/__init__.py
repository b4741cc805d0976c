"""The formats of the migration report. A new one is a module here and an entry
in `formats`.
"""
