"""From a text to the run configs in it, and to the releases that they are for.

Finds and recognizes run configs; what is wrong with one belongs to
`validation`.
"""
