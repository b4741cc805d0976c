"""The formats of `validate`. A new one is a module here and an entry in
`formats`.
"""
