"""A run config as plain data: paths, placeholders, providers."""
