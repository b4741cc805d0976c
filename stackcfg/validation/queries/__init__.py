"""What several rules ask about an inspected config, and how they word it.

A module here never yields findings by itself: that is for `rules`.
"""
