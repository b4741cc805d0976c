"""The words that tell which values are secrets, and which are not."""

from __future__ import annotations

SECRET_WORDS = (
    "password",
    "pasword",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "credential",
    "authorization",
    "bearer",
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "access-key",
    "accesskey",
    "private_key",
    "private-key",
    "privatekey",
)
"""A key that has one of these anywhere in its name holds a secret."""

TOKEN = "token"
"""The same at the end of a key: `max_tokens` is no secret."""

SWITCH_PREFIXES = ("allow_", "allow-", "require_", "use_", "enable_")
"""How the names of booleans begin, as `allow_credentials`."""

EMPTY_WORDS = frozenset(
    {"", "none", "null", "fake", "dummy", "changeme", "not-needed", "empty", "xxx"}
)
"""Values that fill the place of a secret and are none."""
