"""Which release brought a key, a value or a provider type.

A key or value that is as old as its model has no answer: the model may
have had another name before.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache

from stackcfg.light_typing import Any
from stackcfg.releases.models import Kind, field_rows, key_spans, model_spans
from stackcfg.releases.providers import provider_spans
from stackcfg.releases.versions import (
    Release,
    Span,
    described_releases,
    nearest_described,
    span_of,
)


@cache
def key_introduction(model: str, key: str, release: Release) -> Release | None:
    """Return the release that brought a key of a model, or None."""
    spans, _ = key_spans(model)
    return _if_newer(model, spans.get(key, ()), release)


@cache
def value_introduction(
    model: str, field: str, value: Any, release: Release
) -> Release | None:
    """Return the release that brought one of the words of a field, or None."""
    rows = field_rows(model, field)
    spans = [span_of(row) for row in rows if _has_literal(row["type"], value)]
    return _if_newer(model, spans, release)


@cache
def provider_introduction(
    api: str, provider_type: str, release: Release
) -> Release | None:
    """Return the release that brought a provider type of an API."""
    return _first_of_run(provider_spans(api, provider_type), release)


def _if_newer(model: str, spans: Sequence[Span], release: Release) -> Release | None:
    found = _first_of_run(spans, release)
    of_model = _first_of_run(model_spans(model), release)
    if found is None or found == of_model:
        return None
    return found


def _first_of_run(spans: Iterable[Span], release: Release) -> Release | None:
    """Return the first release of the unbroken run that a release is in."""
    known = described_releases()
    release = nearest_described(release)
    first: Release | None = None
    for since, until in sorted(spans, reverse=True):
        begins_run = first is None and since <= release <= until
        is_before = first is not None and _is_next(known, until, first)
        if begins_run or is_before:
            first = since
    return first


def _is_next(known: Sequence[Release], before: Release, after: Release) -> bool:
    return bisect_left(known, after) == bisect_left(known, before) + 1


def _has_literal(kind: Kind, value: Any) -> bool:
    if isinstance(kind, str):
        return False
    if kind[0] == "literal":
        return value in kind[1:]
    inner = [each for each in kind[1:] if isinstance(each, list)]
    return any(_has_literal(each, value) for each in inner)
