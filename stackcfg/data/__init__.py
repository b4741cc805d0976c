"""The stored data of an upgrade: where it is, where it goes, the copy, and the check that nothing is missing.

Only this package opens databases, and only here are `${env…}` variables resolved.

```
old config, new config, environment ──► holdings ──► plan (moves) ──► copy ──► verify
```
"""
