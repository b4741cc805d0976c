"""Brings a run config to a later release."""
