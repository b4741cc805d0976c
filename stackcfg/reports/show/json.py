"""Overviews for programs: version 1, described by
`schemas/show-report-v1.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from stackcfg.loading.release_fit import DetectedReleases, Evidence
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.families import release_spans
from stackcfg.releases.stores import KV, SQL
from stackcfg.releases.versions import Release, format_release
from stackcfg.reports.json_document import (
    AnyShape,
    Location,
    Problem,
    describe_location,
    describe_problem,
    to_json,
)
from stackcfg.reports.shape import Count, OneOf, Ordinal, Shape
from stackcfg.reports.show.formats import Context
from stackcfg.show.entries import (
    BY_VARIABLE,
    CATALOG_STYLE,
    DANGLING,
    INLINE_STYLE,
    UNREAD,
    USED,
    WRONG_FAMILY,
    BackendEntry,
    StoreEntry,
)
from stackcfg.show.overview import MIXED, NO_STORES, FileOverview, Overview
from stackcfg.show.volumes import IN_CONTAINER, ON_SERVER, ON_VOLUME, UNKNOWN

if TYPE_CHECKING:
    from stackcfg.show.deployments import DeployedReference, DeploymentOverview
    from stackcfg.show.volumes import DeployedDatabase


class ReleaseSpan(Shape):
    """An unbroken run of releases, both ends included."""

    first: str
    last: str


class ReleaseEvidence(Shape):
    """Something in the config that only some releases read, at its line (1-based)."""

    what: str
    spans: list[ReleaseSpan]
    line: Ordinal
    column: Ordinal


class ReleaseFit(Shape):
    """The releases that most of the config is for, with the evidence for and against it."""

    spans: list[ReleaseSpan]
    proof: list[ReleaseEvidence]
    against: list[ReleaseEvidence]


class ShownBackend(Shape):
    """An entry of `storage.backends`; `location` is null when its type is unknown."""

    name: str
    type: str
    line: Ordinal
    column: Ordinal
    location: Location | None
    users: list[str]
    unused: bool


class ShownStore(Shape):
    """One store and who uses it.

    `status`: `unread` is dropped by the release, `dangling` names no
    backend, `wrong-family` names one that cannot serve it, `variable`
    one that only the environment knows. `implied`: not in the file, and
    the server has it nevertheless. `disabled`: its provider is off.
    `variable`: what must be set for its provider to be on.
    """

    consumer: str
    api: str
    provider: str
    provider_type: str
    family: Annotated[str, OneOf(KV, SQL)]
    style: Annotated[str, OneOf(INLINE_STYLE, CATALOG_STYLE)]
    status: Annotated[str, OneOf(USED, UNREAD, DANGLING, WRONG_FAMILY, BY_VARIABLE)]
    backend: str
    name: str
    location: Location | None
    path: list[str | int]
    line: Ordinal
    column: Ordinal
    implied: bool
    disabled: bool
    variable: str


class UnreadableStore(Shape):
    """An inline store that no release can read."""

    message: str
    line: Ordinal
    column: Ordinal


class ShownConfig(Shape):
    """One run config; `place` is where it is in the file, empty for the file itself.

    `release` is the one whose reading of references is shown: the asked
    one, or the newest one that the config fits.
    """

    place: str
    release: str
    style: Annotated[str, OneOf(INLINE_STYLE, CATALOG_STYLE, MIXED, NO_STORES)]
    releases: ReleaseFit
    backends: list[ShownBackend]
    stores: list[ShownStore]
    unreadable: list[UnreadableStore]
    providers_without_stores: dict[str, Count]


class ShownDatabase(Shape):
    """A database of the run config of a deployment, by the backend or store that names it.

    `where`: on a `volume`, in the `container` (lost with it), on a
    database `server`, or `unknown` where only the environment knows.
    """

    name: str
    location: Location | None
    where: Annotated[str, OneOf(ON_VOLUME, IN_CONTAINER, ON_SERVER, UNKNOWN)]
    volume: str


class ShownReference(Shape):
    """A ConfigMap or Secret that a deployment names at a line.

    `defined_in` and `defined_at` are the file and line of the object
    itself, empty and 0 if it is not among the files.
    """

    kind: str
    name: str
    key: str
    line: Ordinal
    column: Ordinal
    defined_in: str
    defined_at: Count


class ShownDeployedConfig(Shape):
    """The run config that a deployment mounts, with its databases."""

    source: ShownReference
    databases: list[ShownDatabase]


class ShownVolume(Shape):
    """A volume of a deployment; `kept`: its files outlive the pod.

    `adopted` names the old object whose volume it is.
    """

    name: str
    what: str
    folder: str
    size: str
    kept: bool
    adopted: str


class ShownDeployment(Shape):
    """An object of an operator. Without a config, the server has the one of its image."""

    kind: str
    name: str
    namespace: str
    runs: str
    line: Ordinal
    column: Ordinal
    config: ShownDeployedConfig | None
    volumes: list[ShownVolume]
    references: list[ShownReference]


class ShownFile(Shape, kw_only=True):
    """What one file holds."""

    file: str
    problem: Problem | None = None
    configs: list[ShownConfig]
    deployments: list[ShownDeployment] | None = None


class ShowReport(Shape):
    """The whole report. `release` is the one that `target` names; both are empty without it."""

    version: Literal[1]
    target: str
    release: str
    files: list[ShownFile]


def render(overviews: Sequence[FileOverview], context: Context) -> str:
    """Return all files as one JSON document, without credentials."""
    release = ""
    if context.release is not None:
        release = format_release(context.release)
    files = [_describe_file(each) for each in overviews]
    return to_json(ShowReport(1, context.target, release, files))


def _fill(shape: type[AnyShape], entry: object, **others: Any) -> AnyShape:
    """Return a shape with the attributes of an entry, secrets in strings masked."""
    names = set(shape.__annotations__).difference(others)
    same = {name: _mask(getattr(entry, name)) for name in names}
    return shape(**same, **others)


def _mask(value: Any) -> Any:
    return mask_secrets(value) if isinstance(value, str) else value


def _describe_file(overview: FileOverview) -> ShownFile:
    return ShownFile(
        file=overview.file,
        problem=describe_problem(overview.problem),
        configs=[_describe_config(each) for each in overview.configs],
        deployments=[_describe_deployment(each) for each in overview.deployments]
        or None,
    )


def _describe_deployment(deployment: DeploymentOverview) -> ShownDeployment:
    config: ShownDeployedConfig | None = None
    if deployment.config is not None:
        config = ShownDeployedConfig(
            _describe_reference(deployment.config.source),
            [_describe_database(each) for each in deployment.config.databases],
        )
    return _fill(
        ShownDeployment,
        deployment,
        line=deployment.position.line,
        column=deployment.position.column,
        config=config,
        volumes=[
            _fill(ShownVolume, each, kept=each.is_kept) for each in deployment.volumes
        ],
        references=[_describe_reference(each) for each in deployment.references],
    )


def _describe_reference(reference: DeployedReference) -> ShownReference:
    return _fill(
        ShownReference,
        reference,
        line=reference.position.line,
        column=reference.position.column,
        defined_in=reference.file,
        defined_at=reference.line,
    )


def _describe_database(database: DeployedDatabase) -> ShownDatabase:
    location = describe_location(database.location)
    return _fill(ShownDatabase, database, location=location)


def _describe_config(config: Overview) -> ShownConfig:
    unreadable = [
        UnreadableStore(mask_secrets(each.message), *each.position)
        for each in config.unreadable
    ]
    return ShownConfig(
        place=config.place,
        release=format_release(config.release),
        style=config.style,
        releases=_describe_fit(config.fit),
        backends=[_describe_backend(each) for each in config.backends],
        stores=[_describe_store(each) for each in config.stores],
        unreadable=unreadable,
        providers_without_stores=dict(config.without_stores),
    )


def _describe_fit(fit: DetectedReleases) -> ReleaseFit:
    return ReleaseFit(
        spans=_describe_spans(fit.releases),
        proof=[_describe_evidence(each) for each in fit.proof],
        against=[_describe_evidence(each) for each in fit.against],
    )


def _describe_evidence(evidence: Evidence) -> ReleaseEvidence:
    spans = _describe_spans(evidence.releases)
    return ReleaseEvidence(mask_secrets(evidence.what), spans, *evidence.position)


def _describe_spans(releases: frozenset[Release]) -> list[ReleaseSpan]:
    return [
        ReleaseSpan(format_release(first), format_release(last))
        for first, last in release_spans(releases)
    ]


def _describe_backend(backend: BackendEntry) -> ShownBackend:
    return _fill(
        ShownBackend,
        backend,
        line=backend.position.line,
        column=backend.position.column,
        location=describe_location(backend.location),
        users=[mask_secrets(each) for each in backend.users],
        unused=not backend.users,
    )


def _describe_store(store: StoreEntry) -> ShownStore:
    return _fill(
        ShownStore,
        store,
        consumer=mask_secrets(store.store),
        location=describe_location(store.location),
        path=[_mask(each) for each in store.path],
        line=store.position.line,
        column=store.position.column,
    )
