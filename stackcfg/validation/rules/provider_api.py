"""An API that the release does not have, under `providers` or in `apis`.

It was renamed or removed, or was added later (`telemetry` lost its providers in
0.3.0 by upstream #3815, `vector_dbs` became `vector_stores` by #3864). The
server refuses to start. An API that the server routes itself, such as `models`,
cannot have providers of its own. An API that no release has may be defined in the
folder of `external_apis_dir`.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.paths import as_list, as_mapping
from stackcfg.releases.providers import (
    api_spans,
    apis,
    provider_types,
    resolve_api_name,
    routers,
)
from stackcfg.releases.renames import current_api_name, current_provider_type
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.spelling import nearest_word
from stackcfg.validation.queries.history import history_suffix
from stackcfg.validation.queries.suggestions import did_you_mean, fix_slip, list_known
from stackcfg.validation.rule import ERROR, INFO, WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import (
    Correction,
    EntryPart,
    RuleFinding,
    key_of,
    value_of,
)


def check(inspection: Inspection) -> Findings:
    version = inspection.version
    for word in as_mapping(inspection.data.get("providers")):
        if not isinstance(word, str):
            continue
        place = key_of("providers", word)
        api = resolve_api_name(word, version)
        if api in routers(version):
            yield _describe_routed(inspection, api, place)
        elif api not in apis(version):
            yield _describe_unknown(inspection, api, place)
        elif not provider_types(api, version) and _has_enabled(inspection, api):
            yield _describe_without_types(inspection, api, place)
    yield from _check_listed_apis(inspection)


def _check_listed_apis(inspection: Inspection) -> Findings:
    for index, written in enumerate(as_list(inspection.data.get("apis"))):
        if not isinstance(written, str):
            continue
        seen = inspection.seen(("apis", index))
        is_known = isinstance(seen, str)
        if not is_known and (has_placeholder(written) or "{{" in written):
            continue
        api = seen if is_known else written
        if api in apis(inspection.version):
            continue
        finding = _describe_unknown(inspection, api, value_of("apis", index))
        if api != written:
            # the default of a variable is not replaced
            finding = finding._replace(fix=None, also_fix=(), guess="")
        yield finding


def _has_enabled(inspection: Inspection, api: str) -> bool:
    providers = [each for each in inspection.providers if each.api == api]
    return any(each.ever_on and not each.outside for each in providers)


def _describe_without_types(
    inspection: Inspection, api: str, place: EntryPart
) -> RuleFinding:
    help_text = "remove these providers"
    if api == "telemetry":
        help_text = "run 'stackcfg migrate', or remove these providers"
    return RuleFinding(
        place,
        f"'{api}' has no provider types in {inspection.release}; "
        "it refuses to start with these providers",
        help=help_text,
    )


def _describe_unknown(
    inspection: Inspection, api: str, place: EntryPart
) -> RuleFinding:
    version = inspection.version
    known = sorted(apis(version))
    history = history_suffix(api_spans(api), version)
    renamed = current_api_name(api, version)
    if renamed:
        return _describe_renamed(
            inspection,
            api,
            place,
            renamed,
        )
    if inspection.seen(("external_apis_dir",)) and not history:
        return _describe_external(inspection, api, place)
    meant, advice = "", "remove it, or use a release that has it"
    if not history:
        meant = nearest_word(api, known)
        advice = list_known("APIs", api, known)
    return RuleFinding(
        place,
        f"{inspection.release} has no API '{api}'{history}; it refuses to start",
        help=did_you_mean(meant, advice),
        fix=fix_slip(api, meant, known),
        guess=meant,
    )


def _describe_external(
    inspection: Inspection, api: str, place: EntryPart
) -> RuleFinding:
    """Return the finding for an API that a folder of external ones may define."""
    meant = nearest_word(api, sorted(apis(inspection.version)))
    return RuleFinding(
        place,
        f"{inspection.release} has no API '{api}' of its own; it refuses to start "
        "unless 'external_apis_dir' defines it",
        help=did_you_mean(meant, "check that a file in that folder names it"),
        guess=meant,
        severity=WARNING if meant else INFO,
    )


def _describe_renamed(
    inspection: Inspection, api: str, place: EntryPart, new: str
) -> RuleFinding:
    corrections = _rename_everywhere(inspection, api, new)
    fix = None
    if place in [each.place for each in corrections]:
        fix = new
    elsewhere = [each for each in corrections if each.place != place]
    help_text = f"rename it to '{new}'"
    if not corrections:
        help_text = f"merge it into '{new}', which the file has too"
    return RuleFinding(
        place,
        f"API '{api}' is called '{new}' in {inspection.release}, which refuses to start",
        help=help_text,
        fix=fix,
        also_fix=tuple(elsewhere) if fix else (),
    )


def _rename_everywhere(
    inspection: Inspection, api: str, new: str
) -> Sequence[Correction]:
    """Return the corrections that rename an API, and the types of its
    providers; none if the file has the new name too.
    """
    section = as_mapping(inspection.data.get("providers"))
    listed = as_list(inspection.data.get("apis"))
    if new in section or new in listed:
        return ()
    found = [
        Correction(value_of("apis", index), new)
        for index, name in enumerate(listed)
        if name == api
    ]
    if api in section and new not in routers(inspection.version):
        found.append(Correction(key_of("providers", api), new))
    for index, provider in enumerate(as_list(section.get(api))):
        kind = as_mapping(provider).get("provider_type")
        if isinstance(kind, str):
            renamed = current_provider_type(new, kind, inspection.version)
            place = value_of(
                "providers",
                api,
                index,
                "provider_type",
            )
            found += [Correction(place, renamed)] if renamed else []
    return found


def _describe_routed(
    inspection: Inspection,
    api: str,
    place: EntryPart,
) -> RuleFinding:
    router = routers(inspection.version)[api]
    return RuleFinding(
        place,
        f"the server itself provides '{api}'; "
        f"{inspection.release} refuses to start with providers for it",
        help=f"move its providers to providers.{router}",
    )


RULE = Rule("provider-api", ERROR, __doc__, check)
