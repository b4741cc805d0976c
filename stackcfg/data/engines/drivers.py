"""What the drivers of databases share: how they are imported, and what
to do about their errors, by words of the message (`hints.json`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pkgutil import get_data
from typing import Any, Final

from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.locations import Database

NOTHING_WRITTEN: Final = "nothing was written"

Hints = Sequence[Sequence[str]]
"""Parts of a driver's messages, each with what to do; the first that fits counts."""


def import_driver(module: str, database: Database) -> Any:
    """Return a driver. Raises `DatabaseError` where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        reason = f"{module} is not installed"
        hint = f"install it with: pip install 'stackcfg[{database.engine}]'"
        raise DatabaseError(database.describe(), reason, hint) from None


def read_hints(engine: str) -> Hints:
    """Return what is known of the messages of an engine."""
    hints: Hints = json.loads(get_data(__name__, "hints.json") or b"")[engine]
    return hints


def find_hint(reason: str, hints: Hints) -> str:
    """Return the hint whose words are in a message; the first of several."""
    for words, hint in hints:
        if words in reason:
            return hint
    return NOTHING_WRITTEN


def hint_after_writes(hint: str) -> str:
    """Return the hint for an error before which something was written that stays."""
    return hint.replace(NOTHING_WRITTEN, "nothing more was written")
