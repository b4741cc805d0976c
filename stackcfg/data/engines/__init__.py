"""Databases as readers and writers. Nothing here knows what the rows
are about.
"""
