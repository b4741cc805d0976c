"""What turns TLS on, and since when the server does not start without it."""

from __future__ import annotations

from typing import Final

SERVER: Final = ("server",)
NEEDED: Final = ("tls_certfile", "tls_keyfile")
"""Under `server`; it speaks HTTPS only when it has both."""

DEMANDED_SINCE: Final = (1, 2)
"""Upstream #5603; `server.insecure` or `--insecure` lets it start all the same."""
