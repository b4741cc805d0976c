"""Holds a run config against a release: the rules, and what they look at.

Changes no config; what a fix would write is data here. How findings are
printed belongs to `reports`.
"""
