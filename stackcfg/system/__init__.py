"""Files, output, terminal and processes of this machine."""
