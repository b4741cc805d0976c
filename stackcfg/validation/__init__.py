"""Holds a run config against a release."""
