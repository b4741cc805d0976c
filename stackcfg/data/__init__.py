"""The stored rows of an upgrade: where they are, where they go, the
copy, its verification.

Only this package opens databases, and only here are `${env…}` variables
resolved. Reports and exit codes do not belong here.

``` old config, new config, environment ──► stored rows ──► plan (moves)
──► copy ──► verify ```
"""
