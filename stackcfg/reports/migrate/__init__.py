"""The formats of the migration report: modules, and their list `formats`."""
