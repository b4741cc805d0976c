"""The formats of the data commands: a module for each, and their list
`formats`.
"""
