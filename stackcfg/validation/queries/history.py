"""Suffixes for messages: in which other releases a field, provider or
API exists.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.releases.models import key_spans, root_model_names
from stackcfg.releases.versions import Release, Span, format_release


def field_history(
    model: str,
    field: str,
    version: Release,
) -> str:
    """Return ` (added in 1.4.0)`, ` (removed after 0.2.24)` or nothing."""
    return history_suffix(spans_of_key(model, field), version)


def spans_of_key(model: str, key: str) -> Sequence[Span]:
    """Return the runs of releases in which a config model has a key.

    The models of a whole run config count as one.
    """
    models: Sequence[str] = (model,)
    if model in root_model_names():
        models = root_model_names()
    found: list[Span] = []
    for each in models:
        spans, _ = key_spans(each)
        found += spans.get(key, ())
    return sorted(found)


def history_suffix(spans: Sequence[Span], version: Release) -> str:
    """Return this suffix for what existed in `spans` but not in `version`."""
    earlier = [until for _, until in spans if until < version]
    if earlier:
        return f" (removed after {format_release(earlier[-1])})"
    later = [since for since, _ in spans if since > version]
    if later:
        return f" (added in {format_release(later[0])})"
    return ""
