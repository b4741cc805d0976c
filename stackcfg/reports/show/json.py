"""Overviews for programs: versioned, described by `schemas/show-report-v1.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from stackcfg.loading.release_fit import Evidence, Fit
from stackcfg.redaction.secrets import masked
from stackcfg.releases.families import runs
from stackcfg.releases.versions import Release, number
from stackcfg.reports.console.characters import encodable
from stackcfg.reports.migrate.json import PUBLIC
from stackcfg.show.overview import BackendEntry, FileOverview, Overview, StoreEntry
from stackcfg.stores.store_map import Location
from stackcfg.yamltext.document import Position

VERSION: Final = 1


def render(found: Sequence[FileOverview], target: str, release: Release) -> str:
    """All files as one JSON document, without credentials."""
    document = {
        "version": VERSION,
        "target": target,
        "release": number(release),
        "files": [_file(each) for each in found],
    }
    return encodable(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _file(found: FileOverview) -> dict[str, Any]:
    result: dict[str, Any] = {"file": found.file}
    if found.problem is not None:
        problem = found.problem
        result["problem"] = {"message": problem.message, "hint": problem.hint}
        if problem.line:
            result["problem"] |= {"line": problem.line, "column": problem.column}
    return result | {"configs": [_config(each) for each in found.configs]}


def _config(config: Overview) -> dict[str, Any]:
    return {
        "place": config.place,
        "release": number(config.release),
        "style": config.style,
        "releases": _fit(config.fit),
        "backends": [_backend(each) for each in config.backends],
        "stores": [_store(each) for each in config.stores],
        "unreadable": [{"message": masked(each.message), **_position(each.position)} for each in config.unreadable],
        "providers_without_stores": dict(config.without_stores),
    }


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "spans": _spans(fit.releases),
        "proof": [_evidence(each) for each in fit.proof],
        "against": [_evidence(each) for each in fit.against],
    }


def _evidence(each: Evidence) -> dict[str, Any]:
    return {"what": masked(each.what), "spans": _spans(each.releases), **_position(each.position)}


def _spans(releases: frozenset[Release]) -> list[dict[str, str]]:
    return [{"first": number(first), "last": number(last)} for first, last in runs(releases)]


def _backend(backend: BackendEntry) -> dict[str, Any]:
    return {
        "name": masked(backend.name),
        "type": masked(backend.type),
        **_position(backend.position),
        "location": _location(backend.location),
        "users": [masked(each) for each in backend.users],
        "unused": not backend.users,
    }


def _store(store: StoreEntry) -> dict[str, Any]:
    return {
        "consumer": masked(store.consumer),
        **_texts(api=store.api, provider=store.provider, provider_type=store.provider_type),
        "family": store.family,
        "style": store.style,
        "status": store.status,
        **_texts(backend=store.backend, name=store.name),
        "location": _location(store.location),
        "path": [masked(each) if isinstance(each, str) else each for each in store.path],
        **_position(store.position),
        "implied": store.implied,
        "disabled": store.disabled,
        "variable": store.variable,
    }


def _texts(**fields: str) -> dict[str, str]:
    return {name: masked(value) for name, value in fields.items()}


def _location(place: Location | None) -> dict[str, Any] | None:
    if place is None:
        return None
    connection = dict(_public(place.connection))
    return {
        **_texts(engine=place.engine),
        "connection": connection,
        **_texts(table=place.table, prefix=place.prefix),
    }


def _public(connection: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """The fields that say where it is; a password in front of a host name is one wherever it stands."""
    for name, value in connection:
        if name in PUBLIC:
            yield name, masked(value) if "://" in value else masked(f"://{value}").removeprefix("://")


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
