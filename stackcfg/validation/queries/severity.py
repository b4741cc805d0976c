"""Severities that differ from the usual one of a rule; empty where they
do not.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.runconfig.placeholders import PLACEHOLDER
from stackcfg.validation.findings import INFO, WARNING


def severity_of_loss(value: object) -> str:
    """Return `info` for a dropped value that means nothing."""
    if value in (None, "", [], {}):
        return INFO
    return ""


def is_empty_by_default(value: object) -> bool:
    """Return whether a value is a variable whose default is empty.

    One without a default must be set, so it has a value.
    """
    if not isinstance(value, str):
        return False
    match = PLACEHOLDER.fullmatch(value)
    return match is not None and match[2] == "=" and not match[3]


def severity_of_readings(failing: Sequence[bool]) -> str:
    """Return `warning` for a fault that not all readings of a config have."""
    if all(failing):
        return ""
    return WARNING
