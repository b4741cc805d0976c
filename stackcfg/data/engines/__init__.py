"""Databases as readers and writers."""
