"""Programs for developers that read the facts from released packages.

No other module imports them.
"""
