"""Answers for editors: a text and a position in it give an answer as data.

Only `server` and `protocol` know the language server protocol and its
library; everything else here is plain functions.
"""
