"""Severities that differ from the usual one of a rule; empty where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stackcfg.validation.findings import INFO, WARNING

_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})


def severity_of_loss(value: object) -> str:
    """Return `info` for a dropped value that means nothing."""
    return INFO if value in _NOTHING else ""


def severity_of_readings(failing: Sequence[bool]) -> str:
    """Return `warning` for a fault that not all readings of a config have."""
    return "" if all(failing) else WARNING
