"""When KV rows end: times as the engines store them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def point_in_time(value: Any) -> datetime | None:
    """Return a stored time, in milliseconds; without a zone it is one of UTC.

    Redis and MongoDB keep no smaller parts of a second.
    """
    if value is None:
        return None
    time = datetime.fromisoformat(str(value))
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def milliseconds_of(value: Any) -> int:
    """Return a stored time in milliseconds since 1970."""
    time = point_in_time(value)
    assert time is not None
    return (
        int(time.replace(microsecond=0).timestamp()) * 1000 + time.microsecond // 1000
    )


def has_passed(value: Any) -> bool:
    """Return whether a stored time has passed."""
    time = point_in_time(value)
    return time is not None and time <= datetime.now(UTC)
