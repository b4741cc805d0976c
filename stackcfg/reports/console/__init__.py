"""Text on a terminal: characters, colors, tables, folded lines, locations in
few words.
"""
