"""Which backends a catalog needs, and which store refers to which of them.

Works on store maps and facts of releases; text and edits do not belong
here.
"""
