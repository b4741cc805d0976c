"""One hop of a migration: the steps of a release, run on one config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from stackcfg.loading.configs import RunConfig, input_error, position_of_offset
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, Change, StepNote
from stackcfg.migration.context import CatalogContext, Hop, StepContext
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.planning.layout import BackendPlan, plan_backends
from stackcfg.migration.proof import ProofError
from stackcfg.migration.schedule import ReleaseHop
from stackcfg.migration.state import NO_STORES, ConfigReader, MigrationState
from stackcfg.migration.steps import Step
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.versions import Release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import StoreMap, Unreadable
from stackcfg.yamltext.comments import keep_comments
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.edits import Edit, trim_end_gap


@dataclass(frozen=True, slots=True)
class HopResult:
    """What a hop does to one config, not yet proved.

    `edits` are resolved and lose no comment; `changes` are the edits and the same as operations on the data; `inline`
    are the inline stores that the hop turns into references.
    """

    config: RunConfig
    changes: tuple[Change, ...] = ()
    notes: tuple[StepNote, ...] = ()
    inline: StoreMap = field(default=NO_STORES)

    @property
    def edits(self) -> list[Edit]:
        """Return the edits on the text of the config."""
        return [change for change in self.changes if isinstance(change, Edit)]


def run_hop(state: MigrationState, hop: ReleaseHop) -> HopResult:
    """Run the steps of a hop on a config.

    Raises `InputError` where the text has a form that no edit here can keep, `ProofError` where edits overlap.
    """
    try:
        return _run_steps(state, hop)
    except ValueError as error:
        raise ProofError(str(error)) from None
    except ParseError as error:
        config = state.now.config
        raise input_error(
            error, lambda offset: position_of_offset(config, offset)
        ) from None


def _run_steps(state: MigrationState, hop: ReleaseHop) -> HopResult:
    inline = NO_STORES
    if hop.plans:
        inline = state.now.inline_stores(hop.target.last)
    has_inline = any(store.inline is not None for store in inline.stores)
    if state.is_later and not has_inline:
        return HopResult(state.now.config)
    is_due = has_inline or _is_possibly_due(hop.since, state.age)
    steps = hop.steps
    if not is_due:
        steps = tuple(step for step in steps if step.applies == "every age")
        inline = NO_STORES
    if not steps:
        return HopResult(state.now.config)
    context = _build_context(state, hop, inline)
    is_certain = has_inline or state.age.certainly_before(hop.since)
    found: list[Change] = []
    for step in steps:
        found += _run_step(step, context, is_certain, state.original)
    notes = [change for change in found if isinstance(change, StepNote)]
    notes += _drift_notes(context, state.now.config)
    notes += _unreadable_notes(context)
    changes = _keep_comments(context, found)
    return HopResult(state.now.config, tuple(changes), tuple(notes), inline)


def _is_possibly_due(since: Release, age: FileAge) -> bool:
    """Whether the steps of a release look at a file of this age.

    A form that was gone before the catalog is looked for in every file: no later release reads it. A file of the
    family that brought the catalog can be half converted.
    """
    if since < CATALOG_SINCE or age.possibly_before(since):
        return True
    return since == CATALOG_SINCE and age.oldest[:2] == CATALOG_SINCE[:2]


def _build_context(
    state: MigrationState, hop: ReleaseHop, inline: StoreMap
) -> CatalogContext:
    """Return what the steps of a hop may look at. The plan of backends is empty but for the hop to the catalog."""
    reader, target, layout = state.now, hop.target, state.settings.layout
    data, fields = reader.config.data, reader.store_fields
    written = reader.catalog(target.last)
    plan = BackendPlan()
    if hop.plans:
        name = as_string(data.get("image_name") or data.get("distro_name"))
        plan = plan_backends(inline, written, fields, target, layout, name)
    release = Hop(hop.since, target, state.settings.target.last, state.age)
    return CatalogContext(
        text=reader.editor,
        data=data,
        release=release,
        layout=layout,
        store_fields=fields,
        written=written,
        inline=inline,
        plan=plan,
    )


def _run_step(
    step: Step, context: StepContext, is_certain: bool, original: ConfigReader
) -> Iterable[Change]:
    """Return the changes of a step, as far as it applies to a file of this age."""
    if is_certain or step.applies in ("old form", "every age"):
        return step.run(context)
    if step.applies == "certain":
        return ()
    changes = list(step.run(context))
    if not changes:
        return ()
    if _is_written_here(step, context, original):
        age = context.release.age._replace(written_here=True)
        return step.run(replace(context, release=context.release._replace(age=age)))
    return _ask_for_release(step, changes)


def _is_written_here(step: Step, context: StepContext, original: ConfigReader) -> bool:
    """Whether a step would change nothing in the original: then an earlier step wrote what it finds.

    No release can have stored anything there.
    """
    if original.config.document is context.text.document:
        return False
    before = replace(
        context,
        text=original.editor,
        data=original.config.data,
        written=original.catalog(context.release.target.last),
    )
    return not any(step.run(before))


def _ask_for_release(step: Step, changes: list[Change]) -> Iterator[StepNote]:
    message = f"{step.differs}; this file can be for earlier and for later releases: name its release with --from"
    for change in changes:
        if isinstance(change, Edit):
            yield StepNote(CHECK, message, change.start)
            return
        if isinstance(change, StepNote):
            yield StepNote(CHECK, message, change.offset)
            return


def _keep_comments(context: StepContext, changes: list[Change]) -> list[Change]:
    """Return the changes without notes, with resolved edits that keep every comment."""
    document = context.text.document
    edits = [change for change in changes if isinstance(change, Edit)]
    kept = keep_comments(document, context.text.comments, edits)
    trimmed = trim_end_gap(document, kept)
    operations = [each for each in changes if not isinstance(each, Edit | StepNote)]
    return [*trimmed, *operations]


def _drift_notes(context: CatalogContext, config: RunConfig) -> Iterator[StepNote]:
    for path, other, names in context.plan.drift:
        first = position_of_offset(config, context.text.offset(path)).line
        message = f"differs from line {first} only in {names}: is that intended?"
        yield StepNote(CHECK, message, context.text.offset(other))


def _unreadable_notes(context: CatalogContext) -> Iterator[StepNote]:
    for store in context.inline.unreadable:
        message = _describe_unreadable(store, context)
        yield StepNote(ACTION_REQUIRED, message, context.text.offset(store.path))


def _describe_unreadable(store: Unreadable, context: StepContext) -> str:
    if not store.wanted:
        return store.message
    wanted = ".".join(map(str, store.wanted))
    return f"{store.message}: correct it, or write '{wanted}' of {context.release.target.name} by hand"
