"""The published JSON Schemas of run configs, made from the facts, and
of reports.

They are made when a model changes, never at run time; only here
pydantic is imported.
"""
