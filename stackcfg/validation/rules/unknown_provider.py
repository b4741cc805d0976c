"""A registered resource whose provider is not there.

At start-up the server registers each model, shield, tool group, benchmark, scoring function and vector store with the
provider that its `provider_id` names, and stops with "Provider `…` not found" where none of the API that serves it is
called so. A dataset names none: the server takes `huggingface` for an address that begins so, and else `localfs`. The
same goes for the models that the settings of vector stores name: a model of no provider cannot be there. With another
`default_provider_id` there the server starts, and fails to make a vector store for which nobody names a provider.

    providers:
      inference:
      - {provider_id: openai, provider_type: remote::openai}
    registered_resources:
      models:
      - {model_id: gpt-4o, provider_id: opnai}   # no such provider
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.paths import value_at
from stackcfg.releases.resources import DATASETS, DEFAULT_PROVIDER, provider_id_of
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import DROPPED
from stackcfg.validation.queries.registered import (
    EVERY_PROVIDER_SINCE,
    Providers,
    default_models,
    providers_of,
    registered_resources,
)
from stackcfg.validation.queries.wording import when
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

NONE: Final = (None, "", "__disabled__")


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each resource that no provider takes."""
    known: dict[str, tuple[Providers, ...]] = {}
    for each in (*registered_resources(inspection), *default_models(inspection)):
        if not each.is_served:
            continue
        if each.api not in known:
            known[each.api] = providers_of(inspection, each.api)
        is_dataset = each.path[-2] == DATASETS
        names = [
            provider_id_of(str(each.path[-2]), value_at(reading, each.path))
            for reading in inspection.readings
        ]
        lost = [
            _is_lost(inspection, each.path, name, there)
            for name, there in zip(names, known[each.api], strict=True)
        ]
        if not any(lost):
            continue
        name = names[lost.index(True)]
        ids = sorted(known[each.api][-1].ids)
        unset = lost[0] and not lost[-1]
        meant = (
            _condition(inspection, each.api, name) if unset else nearest_word(name, ids)
        )
        place = (
            value_of(*each.path, "source")
            if is_dataset
            else value_of(*each.path, "provider_id")
        )
        yield RuleFinding(
            place,
            f"'{name}' is no provider of {each.api}{when(lost, 'its')}; {format_release(inspection.version)} refuses to start",
            help=f"this source needs a provider called '{name}'"
            if is_dataset
            else _help(meant, ids, each.api, unset),
            also=((key_of("providers", each.api), f"providers of {each.api}"),)
            if ids
            else (),
            rewrite=((place, meant),)
            if meant and value_at(inspection.data, (*each.path, "provider_id")) == name
            else (),
            severity="" if all(lost) else WARNING,
        )
    yield from _default_provider(inspection)


def _default_provider(inspection: Inspection) -> Iterator[RuleFinding]:
    """The provider of new vector stores, where there is none of its name; no release looks before one is made."""
    dropped = {each.path for each in inspection.model_errors if each.kind == DROPPED}
    if not dropped.isdisjoint({DEFAULT_PROVIDER, DEFAULT_PROVIDER[:1]}):
        return
    known = providers_of(inspection, "vector_io")
    names = [value_at(reading, DEFAULT_PROVIDER) for reading in inspection.readings]
    lost = [
        _is_lost(inspection, DEFAULT_PROVIDER, name, there)
        for name, there in zip(names, known, strict=True)
    ]
    if not any(lost) or not any(each.ids for each in known):
        return
    name, ids = names[lost.index(True)], sorted(known[-1].ids)
    meant = "" if lost[0] and not lost[-1] else nearest_word(name, ids)
    yield RuleFinding(
        value_of(*DEFAULT_PROVIDER),
        f"'{name}' is no provider of vector_io{when(lost, 'its')}; a vector store made without naming one is refused",
        help=_help(meant, ids, "vector_io", unset=False),
        also=((key_of("providers", "vector_io"), "providers of vector_io"),),
        rewrite=((value_of(*DEFAULT_PROVIDER), meant),)
        if meant and value_at(inspection.data, DEFAULT_PROVIDER) == name
        else (),
        severity=WARNING,
    )


def _is_lost(
    inspection: Inspection, path: tuple[str | int, ...], name: Any, there: Providers
) -> bool:
    if (
        name in NONE
        or not isinstance(name, str)
        or not there.is_sure
        or name in there.ids
    ):
        return False
    return not (
        name == "all"
        and path[-2] == "models"
        and inspection.version >= EVERY_PROVIDER_SINCE
    )


def _condition(inspection: Inspection, api: str, name: str) -> str:
    """How the provider that is off at times is written."""
    entries = [
        value_at(inspection.data, (*each.path, "provider_id"))
        for each in inspection.providers
        if each.api == api
    ]
    return next(
        (
            text
            for text in entries
            if isinstance(text, str) and remove_conditions(text) == name
        ),
        "",
    )


def _help(meant: str, ids: list[str], api: str, unset: bool) -> str:
    if unset:
        return f"give the resource the condition of its provider: {meant}"
    if meant:
        return f"did you mean '{meant}'?"
    return (
        f"use one of: {', '.join(ids)}"
        if ids
        else f"add a provider under providers.{api}"
    )


RULE: Final = Rule("unknown-provider", ERROR, __doc__, check=check)
