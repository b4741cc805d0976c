"""The shapes of the JSON reports as frozen dataclasses; the published schemas are made from them.

A change of a shape here is a change for every program that reads the report: a field that
gets another name or meaning needs the next version and a schema file of its own.
"""
