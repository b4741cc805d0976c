"""Text on a terminal: characters, colors, tables, folded lines, short
locations.
"""
