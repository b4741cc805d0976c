"""Overviews for programs: versioned, described by `schemas/show-report-v1.json`."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.loading.release_fit import DetectedReleases, Evidence
from stackcfg.paths import Path
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.families import release_spans
from stackcfg.releases.versions import Release, format_release
from stackcfg.reports.models.location import describe_location
from stackcfg.reports.models.shape import describe_problem, to_json
from stackcfg.reports.models.show import (
    ReleaseEvidence,
    ReleaseFit,
    ReleaseSpan,
    ShownBackend,
    ShownConfig,
    ShownFile,
    ShownStore,
    ShowReport,
    UnreadableStore,
)
from stackcfg.show.overview import (
    BackendEntry,
    FileOverview,
    Overview,
    StoreEntry,
    Unreadable,
)


def render(overviews: Sequence[FileOverview], target: str, release: Release) -> str:
    """Return all files as one JSON document, without credentials."""
    report = ShowReport(
        version=1,
        target=target,
        release=format_release(release),
        files=[_describe_file(each) for each in overviews],
    )
    return to_json(report)


def _describe_file(overview: FileOverview) -> ShownFile:
    return ShownFile(
        file=overview.file,
        problem=describe_problem(overview.problem),
        configs=[_describe_config(each) for each in overview.configs],
    )


def _describe_config(config: Overview) -> ShownConfig:
    return ShownConfig(
        place=config.place,
        release=format_release(config.release),
        style=config.style,
        releases=_describe_fit(config.fit),
        backends=[_describe_backend(each) for each in config.backends],
        stores=[_describe_store(each) for each in config.stores],
        unreadable=[_describe_unreadable(each) for each in config.unreadable],
        providers_without_stores=dict(config.without_stores),
    )


def _describe_fit(fit: DetectedReleases) -> ReleaseFit:
    return ReleaseFit(
        spans=_describe_spans(fit.releases),
        proof=[_describe_evidence(each) for each in fit.proof],
        against=[_describe_evidence(each) for each in fit.against],
    )


def _describe_evidence(evidence: Evidence) -> ReleaseEvidence:
    return ReleaseEvidence(
        what=mask_secrets(evidence.what),
        spans=_describe_spans(evidence.releases),
        line=evidence.position.line,
        column=evidence.position.column,
    )


def _describe_spans(releases: frozenset[Release]) -> list[ReleaseSpan]:
    return [
        ReleaseSpan(first=format_release(first), last=format_release(last))
        for first, last in release_spans(releases)
    ]


def _describe_backend(backend: BackendEntry) -> ShownBackend:
    return ShownBackend(
        name=mask_secrets(backend.name),
        type=mask_secrets(backend.type),
        line=backend.position.line,
        column=backend.position.column,
        location=describe_location(backend.location),
        users=[mask_secrets(each) for each in backend.users],
        unused=not backend.users,
    )


def _describe_store(store: StoreEntry) -> ShownStore:
    return ShownStore(
        consumer=mask_secrets(store.consumer),
        api=mask_secrets(store.api),
        provider=mask_secrets(store.provider),
        provider_type=mask_secrets(store.provider_type),
        family=store.family,
        style=store.style,
        status=store.status,
        backend=mask_secrets(store.backend),
        name=mask_secrets(store.name),
        location=describe_location(store.location),
        path=_mask_path(store.path),
        line=store.position.line,
        column=store.position.column,
        implied=store.implied,
        disabled=store.disabled,
        variable=store.variable,
    )


def _mask_path(path: Path) -> list[str | int]:
    return [mask_secrets(each) if isinstance(each, str) else each for each in path]


def _describe_unreadable(store: Unreadable) -> UnreadableStore:
    return UnreadableStore(
        message=mask_secrets(store.message),
        line=store.position.line,
        column=store.position.column,
    )
