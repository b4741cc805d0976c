"""Suffixes for messages: in which other releases a field, provider or API
exists.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.releases.models import field_spans
from stackcfg.releases.versions import Release, Span, format_release


def field_history(model: str, field: str, version: Release) -> str:
    """Return ` (added in 1.4.0)`, ` (removed after 0.2.24)` or nothing."""
    return history_suffix(field_spans(model, field), version)


def history_suffix(spans: Sequence[Span], version: Release) -> str:
    """Return this suffix for what existed in `spans` but not in `version`."""
    earlier = [until for _, until in spans if until < version]
    if earlier:
        return f" (removed after {format_release(earlier[-1])})"
    later = [since for since, _ in spans if since > version]
    if later:
        return f" (added in {format_release(later[0])})"
    return ""
