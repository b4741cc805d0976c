"""The command line: options, files, exit codes. Only this package exits.

Reads files, calls the engines, writes their results and reports. What a
run config means and how it changes is decided below this package.
"""
