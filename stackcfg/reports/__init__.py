"""From results to output: one module for each format of each command.

No rule, no engine and no file is known here; what a report says was
found elsewhere.
"""
