"""The command line: options, files, exit codes."""
