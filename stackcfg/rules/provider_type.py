"""A provider type that the release does not have.

It was renamed, removed, or came only later; the server stops with "Provider … is not available for API …". A provider
that is always off is not looked at. Types of your own are declared in the settings, or brought by `module:` or
`external_providers_dir`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.config_models import provider_spans, provider_types
from stackcfg.diagnostics import ERROR, WARNING
from stackcfg.finding import Finding, nearest, value
from stackcfg.inline_stores import at
from stackcfg.inspection import Inspection, Provider
from stackcfg.placeholders import has_placeholder
from stackcfg.releases import number
from stackcfg.rules.later import span_words

SEVERITY: Final = ERROR


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each provider of an unknown type."""
    outside = inspection.data.get("external_providers_dir") or inspection.data.get("external_apis_dir")
    for provider in inspection.providers:
        if provider.spec is not None or not provider.ever_on or provider.outside or has_placeholder(provider.kind):
            continue
        if not provider_types(provider.api, inspection.version) or (
            not provider.kind and at(inspection.data, (*provider.path, "provider_type")) != ""
        ):
            continue
        place = value(*provider.path, "provider_type")
        meant = _meant(inspection, provider)
        came_or_went = span_words(provider_spans(provider.api, provider.kind), inspection.version)
        if outside and not came_or_went:
            message = f"'{provider.kind}' is not built in: it must come from outside"
            yield Finding(
                place, message, help="declare it in the settings to have its stores checked", severity=WARNING
            )
            continue
        yield Finding(
            place,
            f"{number(inspection.version)} has no provider '{provider.kind}' for {provider.api}{came_or_went}; "
            "it refuses to start",
            help=f"did you mean '{meant}'?" if meant else _known(inspection, provider),
            rewrite=((place, meant),) if meant and _is_plain(inspection, provider) else (),
        )


def _is_plain(inspection: Inspection, provider: Provider) -> bool:
    """Whether the type stands in the file as it is, not as the default of a variable."""
    return bool(at(inspection.data, (*provider.path, "provider_type")) == provider.kind)


def _meant(inspection: Inspection, provider: Provider) -> str:
    known = provider_types(provider.api, inspection.version)
    name = provider.kind.rpartition("::")[2]
    same = [each for each in known if each.rpartition("::")[2].replace("_", "-") == name.replace("_", "-")]
    if len(same) == 1:
        return same[0]
    found = nearest(name, [each.rpartition("::")[2] for each in known])
    close = [each for each in known if each.rpartition("::")[2] == found]
    return nearest(provider.kind, close) or (close[0] if close else "")


def _known(inspection: Inspection, provider: Provider) -> str:
    known = provider_types(provider.api, inspection.version)
    if not known:
        return f"{provider.api} has no providers in this release"
    return f"known are {', '.join(known)}; declare one of your own in the settings"
