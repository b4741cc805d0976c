"""Severities that differ from the usual one of a rule; empty where they do
not.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.validation.findings import INFO, WARNING


def severity_of_loss(value: object) -> str:
    """Return `info` for a dropped value that means nothing."""
    if value in (None, "", [], {}):
        return INFO
    return ""


def severity_of_readings(failing: Sequence[bool]) -> str:
    """Return `warning` for a fault that not all readings of a config have."""
    if all(failing):
        return ""
    return WARNING
