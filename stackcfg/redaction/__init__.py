"""Keeps secrets out of what is shown: in YAML texts, in messages, in findings.

What counts as a secret belongs here. The migrated YAML itself keeps its
secrets.
"""
