"""Migrate and check the run configs of Llama Stack (OGX)."""

__version__ = "0.1.0"
