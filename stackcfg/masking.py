"""Keeps passwords out of what people and logs see. The migrated YAML itself carries them as they were."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "********"

_SECRET_LINE: Final = re.compile(
    r"""(?ix) ( (?:^|[\s{,"'+-]) [\w-]* (?:password|passwd|secret|api_key|api_token|access_key|auth_token|credential)
    [\w-]* ["']? \s* : \s* ) ( "(?:[^"\\]|\\.)*" | '(?:[^']|'')*' | [^\s,}#]+ )"""
)
_URL_PASSWORD: Final = re.compile(r"(?<=://)([^\s:/@]+):([^\s/@]+)@")


def masked(text: str) -> str:
    """The text with literal passwords, keys and tokens replaced; placeholders stay, they hold no secret."""
    return _URL_PASSWORD.sub(_mask_url, _SECRET_LINE.sub(_mask_value, text))


def _mask_value(match: re.Match[str]) -> str:
    value = match[2]
    if value.strip("\"'") in ("", "null", "~") or re.fullmatch(r"""["']?\$\{env\.[A-Z0-9_]+(?::[=+])?\}["']?""", value):
        return match.group()
    default = re.fullmatch(r"""(["']?\$\{env\.[A-Z0-9_]+:[=+])[^}]+(\}["']?)""", value)
    return match[1] + (f"{default[1]}{MASK}{default[2]}" if default else MASK)


def _mask_url(match: re.Match[str]) -> str:
    return match.group() if match[2].startswith("${env.") else f"{match[1]}:{MASK}@"
