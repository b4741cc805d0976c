"""A registered resource whose provider does not exist.

During start-up the server registers each model, shield, tool group, benchmark,
scoring function and vector store with the provider that its `provider_id`
names. It stops with "Provider `…` not found" if no provider of the API has this
id. The provider of a dataset follows from its source: `huggingface` for an
address that begins so, else `localfs`. The models that `vector_stores` names
need an existing provider too. With an unknown `default_provider_id` the server
starts, and fails to create a vector store without a provider, if there is more
than one.

    providers:
      inference:
      - {provider_id: openai, provider_type: remote::openai}
    registered_resources:
      models:
      - {model_id: gpt-4o, provider_id: opnai}   # no such provider
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Any, Final
from stackcfg.paths import as_mapping, value_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.resources import (
    DATASETS,
    DEFAULT_MODELS,
    DEFAULT_PROVIDER,
    provider_id_of,
)
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.runconfig.providers import DISABLED_ID
from stackcfg.spelling import nearest_word
from stackcfg.validation.queries.registered import (
    Providers,
    Resource,
    default_models,
    is_of_every_provider,
    is_removed,
    providers_of,
    registered_resources,
)
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.suggestions import (
    choose_one,
    did_you_mean,
    fix_literal,
    fix_misspelled_value,
    guess_value,
    only_one,
)
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding, key_of, value_of

TOOL_GROUPS: Final = "tool_groups"


def check(inspection: Inspection) -> Findings:
    """Report each unknown provider of a resource, and an unknown default."""
    resources = (*registered_resources(inspection), *default_models(inspection))
    apis = {resource.api for resource in resources}
    known = {api: providers_of(inspection, api) for api in apis}
    ids = {api: sorted(readings[-1].ids) for api, readings in known.items()}
    for resource in resources:
        names = _provider_names(inspection, resource)
        failing = _failing_readings(
            names,
            known[resource.api],
            _without_name(resource, inspection.version),
        )
        if any(failing):
            name = names[failing.index(True)]
            yield _describe(inspection, resource, name, failing, ids[resource.api])
    yield from _check_default_provider(inspection)


def _provider_names(inspection: Inspection, resource: Resource) -> list[Any]:
    """Return a resource's provider in each reading; None for any provider."""
    kind, version = resource.kind, inspection.version
    is_read = not inspection.is_dropped((*resource.path, "provider_id"))
    names = []
    for entry in inspection.values_at(resource.path):
        name = provider_id_of(kind, entry, version)
        if is_removed(entry, version):
            name = None
        is_open = is_of_every_provider(as_mapping(entry), version)
        if kind != DATASETS and (is_open or not is_read):
            name = None
        names.append(name)
    return names


def _without_name(resource: Resource, version: Release) -> Sequence[str]:
    """Return the ids with which an entry is skipped."""
    if resource.path in DEFAULT_MODELS:
        return ()
    if version >= DISABLED_PROVIDERS_SINCE:
        return "", DISABLED_ID
    # the routing table of tool groups takes every id as it is
    if resource.kind == TOOL_GROUPS:
        return ()
    return ("",)


def _failing_readings(
    names: Sequence[Any], providers: Sequence[Providers], unnamed: Sequence[str]
) -> list[bool]:
    """Return in which readings a named provider certainly does not exist.

    `unnamed` are strings that name none.
    """
    failing = []
    for name, known in zip(names, providers, strict=True):
        is_name = isinstance(name, str) and name not in unnamed
        failing.append(is_name and known.is_complete and name not in known.ids)
    return failing


def _describe(
    inspection: Inspection,
    resource: Resource,
    name: str,
    failing: Sequence[bool],
    ids: Sequence[str],
) -> RuleFinding:
    place, guess = value_of(*resource.path, "provider_id"), ""
    if failing[0] and not failing[-1]:
        condition = _find_condition(inspection, resource.api, name)
        help_text = f"give the resource the condition of its provider: {condition}"
        fix = fix_literal(inspection, place.path, name, condition)
    else:
        meant = nearest_word(name, ids)
        help_text = _suggest(meant, ids, resource.api)
        fix = fix_misspelled_value(inspection, place.path, name, meant, ids)
        guess = guess_value(inspection, place.path, name, meant or only_one(ids))
    if resource.kind == DATASETS:
        place, fix, guess = value_of(*resource.path, "source"), None, ""
        help_text = f"this source needs a provider with the id '{name}'"
    return RuleFinding(
        place,
        f"'{name}' is not a provider of "
        f"{resource.api}{when_failing(failing, 'its')}; "
        f"{inspection.release} refuses to start",
        help=help_text,
        also=_other_end(resource.api) if ids else (),
        fix=fix,
        guess=guess,
        severity=severity_of_readings(failing),
    )


def _find_condition(inspection: Inspection, api: str, name: str) -> str:
    """Return the id of a provider as written, `${env.NAME:+id}`."""
    for provider in inspection.providers:
        if provider.api == api:
            written = value_at(inspection.data, (*provider.path, "provider_id"))
            if isinstance(written, str) and remove_conditions(written) == name:
                return written
    return ""


def _suggest(meant: str, ids: Sequence[str], api: str) -> str:
    if not ids:
        return f"add a provider under providers.{api}"
    return did_you_mean(meant, choose_one(ids))


def _other_end(api: str) -> tuple[tuple[EntryPart, str], ...]:
    return ((key_of("providers", api), f"providers of {api}"),)


def _check_default_provider(inspection: Inspection) -> Findings:
    """Report an unknown provider for new vector stores; no start-up looks for
    it.
    """
    if inspection.is_dropped(DEFAULT_PROVIDER):
        return
    known = providers_of(inspection, "vector_io")
    names = inspection.values_at(DEFAULT_PROVIDER)
    unknown = _failing_readings(names, known, ("", DISABLED_ID))
    failing = [
        # the only provider needs no default
        is_failing and len(each.ids) > 1
        for is_failing, each in zip(unknown, known, strict=True)
    ]
    if any(failing):
        name = names[failing.index(True)]
        yield _describe_default(inspection, name, failing, sorted(known[-1].ids))


def _describe_default(
    inspection: Inspection, name: str, failing: Sequence[bool], ids: Sequence[str]
) -> RuleFinding:
    meant = ""
    if failing[-1] or not failing[0]:
        meant = nearest_word(name, ids)
    help_text = _suggest(meant, ids, "vector_io")
    condition = _find_condition(inspection, "vector_io", name)
    if condition and failing[0] and not failing[-1]:
        help_text = f"write it with the condition of the provider: {condition}"
    return RuleFinding(
        value_of(*DEFAULT_PROVIDER),
        f"'{name}' is not a provider of vector_io{when_failing(failing, 'its')}; "
        "clients that name no provider cannot create a vector store",
        help=help_text,
        also=_other_end("vector_io"),
        fix=fix_misspelled_value(inspection, DEFAULT_PROVIDER, name, meant, ids),
        guess=guess_value(inspection, DEFAULT_PROVIDER, name, meant),
        severity=WARNING,
    )


RULE = Rule("unknown-provider", ERROR, __doc__, check)
