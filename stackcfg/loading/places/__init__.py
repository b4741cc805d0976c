"""Where a run config is kept when it is not a file of its own.

A place is found by what is in it: a mapping, or a text, that the
evidence makes a run config. How deep it is in other texts needs no
code. A kind of texts that are not written as they are (`name=TEXT`,
base64, `$$` for `$`) is one module here, and one line in `texts.KINDS`.
"""
