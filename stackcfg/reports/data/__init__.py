"""The formats of the data commands. A new one is a module here and an entry in
`formats`.
"""
