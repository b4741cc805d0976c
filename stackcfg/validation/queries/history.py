"""When a field, provider or API came or went, in words for a message."""

from __future__ import annotations

from stackcfg.releases.models import field_spans
from stackcfg.releases.versions import Release, format_release


def since_words(model: str, field: str, version: Release) -> str:
    """When another release has this field: ` (it came with 1.4.0)`, ` (it went after 0.2.24)`, or nothing."""
    return span_words(field_spans(model, field), version)


def span_words(spans: list[tuple[Release, Release]], version: Release) -> str:
    """The same for the releases that had something."""
    earlier = [until for _, until in spans if until < version]
    later = [since for since, _ in spans if since > version]
    if earlier:
        return f" (it went after {format_release(earlier[-1])})"
    return f" (it came with {format_release(later[0])})" if later else ""
