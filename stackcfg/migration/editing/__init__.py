"""What steps share: the editor of their text, and what several of them
write or report.

A part that one step alone needs is in its module, unless it builds
edits itself: only this package does that. Nothing here decides whether
a step applies to a file.
"""
