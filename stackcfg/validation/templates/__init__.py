"""Judges templates that decide about the structure of a run config, by
the texts that they write for each choice of their conditions.
"""
