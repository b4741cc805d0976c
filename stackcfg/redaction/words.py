"""The words that tell which values are secrets, and which are not."""

from __future__ import annotations

SECRET_WORDS = (
    "password",
    "pasword",
    "passwd",
    "passphrase",
    "passcode",
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
    "account_key",
    "accountkey",
    "private_key",
    "private-key",
    "privatekey",
    "signing_key",
    "signing-key",
    "encryption_key",
    "encryption-key",
    "master_key",
    "subscription_key",
    "subscription-key",
    "cookie",
)
"""A key that has one of these anywhere in its name holds a secret."""

SECRET_PARTS = frozenset({"pass", "pgpass", "jwt", "pat", "psk", "otp", "hmac"})
"""A key that has one of these as its last part, as `db_pass`, holds a secret."""

TOKEN = "token"
"""The same at the end of a key: `max_tokens` is no secret."""

SPECIAL_TOKENS = (
    "max",
    "min",
    "num",
    "total",
    "limit",
    "budget",
    "prompt",
    "completion",
    "input",
    "output",
    "new",
    "per",
    "of",
    "in",
    "reserved",
    "overlap",
    "size",
    "bos",
    "eos",
    "pad",
    "unk",
    "sep",
    "cls",
    "mask",
    "stop",
    "image",
    "special",
)
"""The words in front of `token` or `tokens` that make it a piece of a prompt."""

SWITCH_PREFIXES = ("allow_", "allow-", "require_", "use_", "enable_")
"""How the names of booleans begin, as `allow_credentials`."""

PLACE_SUFFIXES = (
    "file",
    "path",
    "dir",
    "url",
    "uri",
    "endpoint",
    "name",
    "ref",
    "refs",
    "names",
    "env",
    "var",
    "type",
    "ttl",
    "length",
    "policy",
    "header",
    "field",
    "method",
    "required",
    "enabled",
    "domain",
    "samesite",
    "secure",
)
"""The last word of keys that say where a secret is, or of which kind it is."""

PLACE_NAMES = frozenset({"existingsecret", "imagepullsecrets"})
"""Whole keys that name an object of Kubernetes."""

PUBLIC_FIELDS = frozenset(
    {"type", "kind", "name", "provider", "enabled", "host", "port", "user", "username"}
)
"""Fields below a secret key that are no secret themselves."""

QUERY_NAMES = frozenset({"key", "sig", "code", "auth", "sid", "session", "hmac", "pw"})
"""Parameters in the query of a URL that hold a secret."""

EMPTY_WORDS = frozenset(
    {"", "none", "null", "fake", "dummy", "changeme", "not-needed", "empty", "xxx"}
)
"""Values that fill the place of a secret and are none."""

TOKEN_PREFIXES = (
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "pk_live_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "glptt-",
    "gldt-",
    "hf_",
    "api_org_",
    "nvapi-",
    "xoxa-",
    "xoxb-",
    "xoxe-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "gsk_",
    "xai-",
    "tvly-",
    "fw_",
    "r8_",
    "dop_v1_",
    "npm_",
    "pypi-",
    "SG.",
    "shpat_",
    "dckr_pat_",
    "lsv2_",
    "pplx-",
    "csk-",
    "tgp_v1_",
    "whsec_",
    "rpa_",
    "dapi",
    "hvs.",
    "ATATT",
)
"""How the tokens of known services begin."""
