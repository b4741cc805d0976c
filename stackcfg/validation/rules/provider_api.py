"""An API that the release does not have, under `providers` or in `apis`.

It was renamed, removed, or came only later (`telemetry` lost its providers in 0.3.0 by upstream #3815, `vector_dbs`
became `vector_stores` by #3864); the server refuses to start. APIs that the server routes itself, as `models`, cannot
have providers of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.providers import (
    api_spans,
    apis,
    provider_types,
    resolve_api_name,
    routers,
)
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.providers import provider_entries
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.history import span_words
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding, key_of, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each unknown API."""
    section, listed = inspection.data.get("providers"), inspection.data.get("apis")
    outside = bool(inspection.seen(("external_apis_dir",)))
    for api in section if isinstance(section, dict) else ():
        if not isinstance(api, str):
            continue
        place, api = key_of("providers", api), resolve_api_name(api, inspection.version)
        if api in routers(inspection.version):
            yield _routed(inspection, api, place)
        elif api not in apis(inspection.version):
            yield _unknown(inspection.version, api, place, outside)
        elif not provider_types(api, inspection.version) and _has_enabled(
            inspection, api
        ):
            yield RuleFinding(
                place,
                f"{api} has no providers in {format_release(inspection.version)}{_gone(inspection.version, api)}; "
                "it refuses to start",
                help="remove these providers"
                if api != "telemetry"
                else "run 'stackcfg migrate', or remove them",
            )
    for index, written in enumerate(listed if isinstance(listed, list) else ()):
        seen = inspection.seen(("apis", index)) if isinstance(written, str) else None
        api = seen if isinstance(seen, str) else written
        if (
            isinstance(api, str)
            and api not in apis(inspection.version)
            and not has_placeholder(api)
        ):
            yield _unknown(
                inspection.version,
                api,
                value_of("apis", index),
                outside,
                written == api,
            )


def _has_enabled(inspection: Inspection, api: str) -> bool:
    return any(
        each.api == api and each.ever_on and not each.outside
        for each in inspection.providers
    )


def _gone(version: Release, api: str) -> str:
    return " any more" if api == "telemetry" and version >= (0, 3) else ""


def _unknown(
    version: Release, api: str, place: EntryPart, outside: bool, plain: bool = True
) -> RuleFinding:
    words = span_words(api_spans(api), version)
    meant = nearest_word(api, sorted(apis(version)))
    if api == "vector_dbs":
        meant = "vector_stores"
    return RuleFinding(
        place,
        f"{format_release(version)} has no API '{api}'{words}; it refuses to start",
        help=f"did you mean '{meant}'?"
        if meant
        else f"APIs are {', '.join(sorted(apis(version)))}",
        rewrite=((place, meant),) if meant and plain else (),
        severity=WARNING if outside and not words else "",
    )


def _routed(inspection: Inspection, api: str, place: EntryPart) -> RuleFinding:
    router = routers(inspection.version)[api]
    count = sum(1 for each, _, _ in provider_entries(inspection.data) if each == api)
    return RuleFinding(
        place,
        f"the server itself provides {api}: with providers for it {format_release(inspection.version)} refuses to start",
        help=f"move {'it' if count == 1 else 'them'} to providers.{router}",
    )


RULE: Final = Rule("provider-api", ERROR, __doc__, check=check)
