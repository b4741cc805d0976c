"""A provider type that the release does not have.

It was renamed, removed, or came only later; the server stops with "Provider … is not available for API …". A provider
that is always off is not looked at. Types of your own are declared in the settings, or brought by `module:` or
`external_providers_dir`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.providers import provider_spans, provider_types
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.history import span_words
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

FOLDERS: Final = ("external_providers_dir", "external_apis_dir")


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each provider of an unknown type."""
    for provider in inspection.providers:
        if (
            provider.spec is not None
            or not provider.ever_on
            or provider.outside
            or has_placeholder(provider.kind)
        ):
            continue
        if not provider_types(provider.api, inspection.version) or (
            not provider.kind
            and value_at(inspection.data, (*provider.path, "provider_type")) != ""
        ):
            continue
        place = value_of(*provider.path, "provider_type")
        meant = _meant(inspection, provider)
        came_or_went = span_words(
            provider_spans(provider.api, provider.kind), inspection.version
        )
        if not came_or_went and _may_be_outside(inspection, provider):
            message = f"'{provider.kind}' is not built in: it must come from outside"
            yield RuleFinding(
                place,
                message,
                help="declare it in the settings to have its stores checked",
                severity=WARNING,
            )
            continue
        yield RuleFinding(
            place,
            f"{format_release(inspection.version)} has no provider '{provider.kind}' for {provider.api}{came_or_went}; "
            f"it refuses to start{_while_unset(inspection, provider)}",
            help=f"did you mean '{meant}'?" if meant else _known(inspection, provider),
            rewrite=((place, meant),)
            if meant and _is_plain(inspection, provider)
            else (),
        )


def _may_be_outside(inspection: Inspection, provider: Provider) -> bool:
    """Whether there is a folder of types from outside whenever the provider is on."""
    readings = inspection.readings_with(provider)
    return all(any(reading.get(name) for name in FOLDERS) for reading in readings)


def _while_unset(inspection: Inspection, provider: Provider) -> str:
    """Where a variable could bring the type along, its name in words."""
    written = {name: inspection.data.get(name) for name in FOLDERS}
    written["module"] = value_at(inspection.data, (*provider.path, "module"))
    name = next(
        (name for name, each in written.items() if each and has_placeholder(str(each))),
        "",
    )
    return f" while the variable of '{name}' is unset" if name else ""


def _is_plain(inspection: Inspection, provider: Provider) -> bool:
    """Whether the type stands in the file as it is, not as the default of a variable."""
    return bool(
        value_at(inspection.data, (*provider.path, "provider_type")) == provider.kind
    )


def _meant(inspection: Inspection, provider: Provider) -> str:
    known = provider_types(provider.api, inspection.version)
    name = provider.kind.rpartition("::")[2]
    same = [
        each
        for each in known
        if each.rpartition("::")[2].replace("_", "-") == name.replace("_", "-")
    ]
    if len(same) == 1:
        return same[0]
    found = nearest_word(name, [each.rpartition("::")[2] for each in known])
    close = [each for each in known if each.rpartition("::")[2] == found]
    return nearest_word(provider.kind, close) or (close[0] if close else "")


def _known(inspection: Inspection, provider: Provider) -> str:
    known = provider_types(provider.api, inspection.version)
    if not known:
        return f"{provider.api} has no providers in this release"
    return f"known are {', '.join(known)}; declare one of your own in the settings"


RULE: Final = Rule("provider-type", ERROR, __doc__, check=check)
