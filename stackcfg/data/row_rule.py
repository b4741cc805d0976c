"""What a rule for stored rows makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Neighbour = Callable[[str], str | None]
"""Reads the value under another key of the same store."""


@dataclass(frozen=True, slots=True)
class KvRow:
    """A row of a KV store: its key, without the prefix of a namespace, and its value."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a row is not carried. `person` says that somebody should look; otherwise it is of no use any more.

    `kept`: it is where the new server looks for it, but lacks something that nobody can know.
    """

    reason: str
    needs_action: bool = False
    in_place: bool = False
