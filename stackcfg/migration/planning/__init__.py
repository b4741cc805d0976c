"""Which backends a config needs in a storage catalog, what they are called, and which store refers to which.

Works on store maps and facts of releases; text and edits do not belong here.
"""
