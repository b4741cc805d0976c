"""Upstream's hand-written validators of config models, as far as they
refuse values.

Each was read in the releases that have it. Which release has which is a
fact of `releases.models`. Nothing here looks at the disk: whether a
certificate exists is a matter of the machine.
"""
