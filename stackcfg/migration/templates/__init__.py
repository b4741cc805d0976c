"""Migrates templates that decide about the structure of a run config:
what each choice of their conditions writes is migrated as any text, and
the template becomes one that writes the results.
"""
