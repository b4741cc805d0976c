"""Files, output, terminal and processes of this machine.

Knows nothing of YAML or of run configs. Only the command line and the
data commands use it.
"""
