"""Overviews for programs: versioned, described by `schemas/show-report-v1.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from stackcfg.loading.release_fit import DetectedReleases, Evidence
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.families import release_spans
from stackcfg.releases.versions import Release, format_release
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
        "release": format_release(release),
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
        "release": format_release(config.release),
        "style": config.style,
        "releases": _fit(config.fit),
        "backends": [_backend(each) for each in config.backends],
        "stores": [_store(each) for each in config.stores],
        "unreadable": [
            {"message": mask_secrets(each.message), **_position(each.position)}
            for each in config.unreadable
        ],
        "providers_without_stores": dict(config.without_stores),
    }


def _fit(fit: DetectedReleases) -> dict[str, Any]:
    return {
        "spans": _spans(fit.releases),
        "proof": [_evidence(each) for each in fit.proof],
        "against": [_evidence(each) for each in fit.against],
    }


def _evidence(each: Evidence) -> dict[str, Any]:
    return {
        "what": mask_secrets(each.what),
        "spans": _spans(each.releases),
        **_position(each.position),
    }


def _spans(releases: frozenset[Release]) -> list[dict[str, str]]:
    return [
        {"first": format_release(first), "last": format_release(last)}
        for first, last in release_spans(releases)
    ]


def _backend(backend: BackendEntry) -> dict[str, Any]:
    return {
        "name": mask_secrets(backend.name),
        "type": mask_secrets(backend.type),
        **_position(backend.position),
        "location": _location(backend.location),
        "users": [mask_secrets(each) for each in backend.users],
        "unused": not backend.users,
    }


def _store(store: StoreEntry) -> dict[str, Any]:
    return {
        "consumer": mask_secrets(store.consumer),
        **_texts(
            api=store.api, provider=store.provider, provider_type=store.provider_type
        ),
        "family": store.family,
        "style": store.style,
        "status": store.status,
        **_texts(backend=store.backend, name=store.name),
        "location": _location(store.location),
        "path": [
            mask_secrets(each) if isinstance(each, str) else each for each in store.path
        ],
        **_position(store.position),
        "implied": store.implied,
        "disabled": store.disabled,
        "variable": store.variable,
    }


def _texts(**fields: str) -> dict[str, str]:
    return {name: mask_secrets(value) for name, value in fields.items()}


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
            yield (
                name,
                mask_secrets(value)
                if "://" in value
                else mask_secrets(f"://{value}").removeprefix("://"),
            )


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "column": position.column}
