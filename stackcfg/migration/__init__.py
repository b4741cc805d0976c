"""Brings a run config to a later release: steps edit the text, each
edit is proved.

Pure: from a text to a new text and notes. Files belong to `cli`, stored
rows to `data`.
"""
