"""What turns TLS on."""

from __future__ import annotations

from typing import Final

SERVER: Final = ("server",)
NEEDED: Final = ("tls_certfile", "tls_keyfile")
"""Under `server`; it speaks HTTPS only when it has both."""
