"""What a provider's own code refuses at the start, although its config
model accepts it.

The facts are the rows `start_checks` of
`releases/facts/validators.json`: the model, the releases, the kind of
check, and its fields. They were read from the functions `initialize`
and `__init__` of upstream's providers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.releases.versions import Release, Span, read_facts, span_of
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.validation.upstream.field_checks import Refusals, Validator, Value


class StartCheck(NamedTuple):
    """The releases, the field and the values of one check."""

    span: Span
    field: str
    values: tuple[str, ...]
    reason: str


Check = Callable[[StartCheck, Value], Refusals]


def read_start_checks() -> Mapping[str, tuple[Validator, ...]]:
    """Return the checks of each config model."""
    found: dict[str, tuple[Validator, ...]] = {}
    for row in read_facts("validators.json")["start_checks"]:
        check = StartCheck(
            span=span_of(row),
            field=row["field"],
            values=tuple(row.get("values", ())),
            reason=row["reason"],
        )
        model = row["model"]
        validator = partial(_check_in_span, _KINDS[row["kind"]], check)
        found[model] = (*found.get(model, ()), validator)
    return found


def _check_in_span(
    kind: Check, check: StartCheck, value: Value, version: Release
) -> Refusals:
    first, last = check.span
    if first <= version <= last:
        yield from kind(check, value)


def _refuse_no_value(check: StartCheck, value: Value) -> Refusals:
    """Refuse a field that is missing, null or empty."""
    if not value.get(check.field):
        yield (check.field,), check.reason


def _refuse_other_values(check: StartCheck, value: Value) -> Refusals:
    """Refuse a string that is none of the values."""
    written = value.get(check.field, UNKNOWN)
    if written is not UNKNOWN and written not in check.values:
        yield (check.field,), check.reason


def _refuse_empty_string(check: StartCheck, value: Value) -> Refusals:
    """Refuse an empty string; the default of a missing field is a variable."""
    if value.get(check.field) == "":
        yield (check.field,), check.reason


def _refuse_other_words(check: StartCheck, value: Value) -> Refusals:
    """Refuse a string that matches no pattern of the values.

    What a template fills in is not known.
    """
    written = value.get(check.field)
    if not isinstance(written, str) or "{" in written:
        return
    if not any(re.fullmatch(each, written) for each in check.values):
        yield (check.field,), check.reason


def _refuse_other_addresses(check: StartCheck, value: Value) -> Refusals:
    """Refuse a URL with a path, for which a host without a scheme is
    taken, and null.
    """
    url = value.get(check.field, UNKNOWN)
    if url is UNKNOWN:
        return
    if url is None or _has_path(url):
        yield (check.field,), check.reason


def _has_path(url: Any) -> bool:
    """Return whether a URL has a path other than slashes at its end."""
    if not isinstance(url, str):
        return False
    from urllib.parse import urlsplit

    try:
        return bool(urlsplit(url.rstrip("/")).path)
    except ValueError:
        return False


def _refuse_host_without_key(check: StartCheck, value: Value) -> Refusals:
    """Refuse a host of the values without a key."""
    url = value.get("url")
    if isinstance(url, str) and not value.get(check.field):
        for host in check.values:
            if host in url:
                yield (check.field,), check.reason


def _refuse_host_with_empty_key(check: StartCheck, value: Value) -> Refusals:
    """Refuse a host of the values with an empty key; the default of a
    missing key is a variable.
    """
    if check.field in value:
        yield from _refuse_host_without_key(check, value)


def _refuse_sink_without_endpoint(check: StartCheck, value: Value) -> Refusals:
    """Refuse a sink of the values without its endpoint."""
    sinks = value.get("sinks")
    if not isinstance(sinks, list | tuple) or value.get(check.field) is not None:
        return
    for sink in check.values:
        if sink in sinks:
            yield (check.field,), check.reason
            return


_KINDS: Mapping[str, Check] = {
    "has_value": _refuse_no_value,
    "is_one_of": _refuse_other_values,
    "is_not_empty": _refuse_empty_string,
    "matches": _refuse_other_words,
    "is_address": _refuse_other_addresses,
    "has_key_of_host": _refuse_host_without_key,
    "has_key_of_host_if_null": _refuse_host_with_empty_key,
    "has_endpoint_of_sink": _refuse_sink_without_endpoint,
}
"""How a check refuses, by its name in the facts."""
