"""A provider type that the release does not have.

It was renamed or removed, or was added later. The server stops with "Provider …
is not available for API …". A provider that is always off is not checked. Your
own types are declared in the settings, or come from `module:` or
`external_providers_dir`.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.paths import value_at
from stackcfg.releases.providers import provider_spans, provider_types
from stackcfg.releases.renames import current_provider_type, probable_types
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.sections import EXTERNAL_FOLDERS
from stackcfg.spelling import is_slip, nearest_word
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.history import history_suffix
from stackcfg.validation.queries.suggestions import (
    did_you_mean,
    fix_literal,
    guess_value,
    list_known,
)
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


class _Guess(NamedTuple):
    """The type that was probably meant, if any, and the advice to write it."""

    kind: str = ""
    advice: str = ""
    is_certain: bool = False


def check(inspection: Inspection) -> Findings:
    for provider in inspection.providers:
        if not _is_unknown(inspection, provider):
            continue
        spans = provider_spans(provider.api, provider.kind)
        history = history_suffix(spans, inspection.version)
        if not history and _may_be_external(inspection, provider):
            yield _describe_external(provider)
        else:
            yield _describe_unknown(inspection, provider, history)


def _is_unknown(inspection: Inspection, provider: Provider) -> bool:
    if provider.spec is not None or provider.outside or not provider.ever_on:
        return False
    if inspection.is_filled_in(provider.kind):
        return False
    place = (*provider.path, "provider_type")
    # a string that is left of nested placeholders is what the server sees
    if has_placeholder(provider.kind) and not isinstance(inspection.seen(place), str):
        return False
    if not provider_types(provider.api, inspection.version):
        return False
    # a type that is missing or no string is an error of the models
    return bool(provider.kind) or inspection.seen(place) == ""


def _may_be_external(inspection: Inspection, provider: Provider) -> bool:
    """Return whether a folder of external types is set whenever the provider is
    on.
    """
    return all(
        any(reading.get(folder) for folder in EXTERNAL_FOLDERS)
        for reading in inspection.readings_with(provider)
    )


def _describe_external(provider: Provider) -> RuleFinding:
    return RuleFinding(
        value_of(*provider.path, "provider_type"),
        f"'{provider.kind}' is not built in; an external module must provide it",
        help="declare it in the settings to have its stores checked",
        severity=WARNING,
    )


def _describe_unknown(
    inspection: Inspection, provider: Provider, history: str
) -> RuleFinding:
    known = provider_types(provider.api, inspection.version)
    place = value_of(*provider.path, "provider_type")
    guess = _guess_type(inspection, provider, known)
    fix = None
    if guess.is_certain:
        fix = fix_literal(
            inspection,
            place.path,
            provider.kind,
            guess.kind,
        )
    return RuleFinding(
        place,
        f"{inspection.release} has no provider '{provider.kind}' for "
        f"{provider.api}{history}; it refuses to start"
        f"{_while_unset(inspection, provider)}",
        help=guess.advice,
        fix=fix,
        guess=guess_value(inspection, place.path, provider.kind, guess.kind),
    )


def _guess_type(
    inspection: Inspection, provider: Provider, known: Sequence[str]
) -> _Guess:
    api, kind, version = provider.api, provider.kind, inspection.version
    renamed = current_provider_type(api, kind, version)
    if renamed:
        advice = f"it is called '{renamed}' in {inspection.release}"
        return _Guess(renamed, advice, is_certain=True)
    listed = list_known("types", kind, known)
    if provider_spans(api, kind):
        return _Guess(advice=f"remove it, or choose another; {listed}")
    probable = probable_types(api, kind)
    if probable:
        return _Guess(advice=f"use {' or '.join(map(repr, probable))}")
    meant = _probable_type(kind, known)
    advice = did_you_mean(meant, f"{listed}; declare your own in the settings")
    return _Guess(meant, advice, is_slip(kind, meant, known))


def _while_unset(inspection: Inspection, provider: Provider) -> str:
    """Return which variable may provide the type once it is set."""
    place = (*provider.path, "provider_type")
    if not provider.kind and value_at(inspection.data, place):
        return " while its variable is unset"
    written = {name: inspection.data.get(name) for name in EXTERNAL_FOLDERS}
    written["module"] = value_at(inspection.data, (*provider.path, "module"))
    for name, value in written.items():
        if value and has_placeholder(str(value)):
            return f" while the variable of '{name}' is unset"
    return ""


def _probable_type(kind: str, known: Sequence[str]) -> str:
    """Return the known type of the same or a near name, whatever its prefix."""
    name = _name_of(kind)
    dashed = name.replace("_", "-")
    same = [each for each in known if _name_of(each).replace("_", "-") == dashed]
    if len(same) == 1:
        return same[0]
    nearest = nearest_word(name, map(_name_of, known))
    close = [each for each in known if _name_of(each) == nearest]
    if not close:
        return ""
    return nearest_word(kind, close) or close[0]


def _name_of(kind: str) -> str:
    return kind.rpartition("::")[2]


RULE = Rule("provider-type", ERROR, __doc__, check)
