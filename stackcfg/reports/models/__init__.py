"""The JSON reports as typed models."""
