"""The report of `migrate`."""
