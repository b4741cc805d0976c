"""Turns a `LlamaStackDistribution` of the old operator into an `OGXServer`.

The text of each field moves to its new place with its comments; what
the fields mean is in `releases.resource_changes`, one transform for
each kind of change.
"""
