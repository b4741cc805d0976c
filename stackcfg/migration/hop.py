"""One hop of a migration: the steps of a release, run on one config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.config_positions import position_of_offset
from stackcfg.loading.configs import RunConfig, input_error
from stackcfg.loading.errors import InputError
from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import Hop, StepContext
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.planning.layout import BackendPlan, plan_backends
from stackcfg.migration.proof import ProofError
from stackcfg.migration.schedule import ReleaseHop
from stackcfg.migration.state import NO_STORES, ConfigReader, MigrationState
from stackcfg.migration.steps import Step, steps_for
from stackcfg.migration.target_choice import COMPLETE, LEAVE
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.versions import Release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.default_files import locate_default_files
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.comments import keep_comments
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.edits import Edit, trim_end_gap


class HopResult(NamedTuple):
    """What a hop does to one config, not yet proved.

    `changes` are the resolved edits, which keep every comment, and the
    same as operations on the data. `inline` are the inline stores that
    the hop turns into references.
    """

    config: RunConfig
    changes: tuple[Change, ...] = ()
    notes: tuple[StepNote, ...] = ()
    inline: StoreMap = NO_STORES

    @property
    def edits(self) -> list[Edit]:
        """Return the edits on the text of the config."""
        return [change for change in self.changes if isinstance(change, Edit)]


def run_hop(state: MigrationState, hop: ReleaseHop) -> HopResult:
    """Run the steps of a hop on a config.

    Raises `InputError` if the text has a form that no edit can keep,
    and `ProofError` if edits overlap.
    """
    try:
        return _run_steps(state, hop)
    except ValueError as error:
        raise ProofError(str(error)) from None
    except ParseError as error:
        raise _error_in_file(error, state.now.config) from None


def _error_in_file(error: ParseError, config: RunConfig) -> InputError:
    return input_error(error, lambda offset: position_of_offset(config, offset))


def _run_steps(state: MigrationState, hop: ReleaseHop) -> HopResult:
    config, inline = state.now.config, NO_STORES
    if hop.plans:
        inline = _stores_to_move(state, hop)
    has_inline = any(store.inline is not None for store in inline.stores)
    due = _due_steps(state, hop, has_inline)
    if all(step.applies == "always" for step in due):
        inline = NO_STORES
    steps = steps_for(config.document, due)
    if not steps:
        return HopResult(config)
    context = _build_context(state, hop, inline)
    is_old = has_inline and not state.has_own_catalog
    is_certain = is_old or state.age.certainly_before(hop.since)
    found: list[Change] = []
    for step in steps:
        found += _run_or_ask(step, context, is_certain, state)
    changes = _keep_comments(context, found)
    notes = _collect_notes(context, found, config)
    return HopResult(config, tuple(changes), tuple(notes), inline)


def _run_or_ask(
    step: Step, context: StepContext, is_certain: bool, state: MigrationState
) -> Iterable[Change]:
    """Return what a step changes, or only asks where the file is left."""
    if step.asks and state.mode == LEAVE:
        return step.ask(context)
    return _run_step(step, context, is_certain, state.original)


def _stores_to_move(state: MigrationState, hop: ReleaseHop) -> StoreMap:
    """Return the inline stores that a hop turns into references.

    Beside a whole catalog an old key holds no rows, unless 0.2 may read
    the file: see the step `dead_stores`. A file of 0.4 or later that
    leaves out the section has the default stores of its server, and
    keeps them.
    """
    stores = state.now.inline_stores(hop.target.last)
    stores = locate_default_files(stores, state.age.oldest)
    if _has_default_stores(state, stores):
        return NO_STORES
    if state.age.possibly_before(CATALOG_SINCE) or stores.has_unmoved:
        return stores
    return stores.without_superseded()


def _has_default_stores(state: MigrationState, stores: StoreMap) -> bool:
    """Return whether a file leaves all its stores to the
    defaults of its server.
    """
    if state.age.possibly_before(DEFAULTS_SINCE):
        return False
    has_section = "storage" in state.now.config.data
    is_any_written = any(store.inline is not None for store in stores.stores)
    return not has_section and not is_any_written


def _collect_notes(
    context: StepContext, changes: list[Change], config: RunConfig
) -> Iterator[StepNote]:
    for change in changes:
        if isinstance(change, StepNote):
            yield change
    yield from _drift_notes(context, config)
    yield from _unreadable_notes(context)


def _due_steps(
    state: MigrationState, hop: ReleaseHop, has_inline: bool
) -> tuple[Step, ...]:
    if hop.is_asked:
        return hop.steps
    if state.mode == LEAVE:
        return _asking_steps(state, hop)
    if _is_possibly_due(hop.since, state.age):
        return hop.steps
    wanted = {"always"}
    if has_inline or state.mode == COMPLETE:
        if not state.has_own_catalog:
            return hop.steps
        # only forms can be left over: a later server knows what they mean
        wanted.add("old form")
    return tuple(step for step in hop.steps if step.applies in wanted)


def _asking_steps(state: MigrationState, hop: ReleaseHop) -> tuple[Step, ...]:
    """Return the steps that ask for the release of an unchanged config.

    They ask only if the user named the target.
    """
    age = state.age
    is_unsure = age.possibly_before(hop.since) and not age.certainly_before(hop.since)
    if state.settings.target is None or not is_unsure:
        return ()
    return tuple(
        step for step in hop.steps if step.asks or step.applies == "changed meaning"
    )


def _is_possibly_due(since: Release, age: FileAge) -> bool:
    # no release after 0.2 reads forms of 0.1 and 0.2: they are looked for in
    # every file
    if since < CATALOG_SINCE or age.possibly_before(since):
        return True
    # a file of 0.3 can be half converted
    return since == CATALOG_SINCE and age.oldest[:2] == CATALOG_SINCE[:2]


def _build_context(
    state: MigrationState, hop: ReleaseHop, inline: StoreMap
) -> StepContext:
    """Return what the steps of a hop may look at; one hop has a plan of
    backends.
    """
    reader, target, layout = state.now, hop.target, state.settings.layout
    data, fields = reader.config.data, reader.store_fields
    plan = BackendPlan()
    if hop.plans:
        written = reader.catalog(target.last)
        name = as_string(data.get("image_name") or data.get("distro_name"))
        plan = plan_backends(inline, written, fields, target, layout, name)
    return StepContext(
        text=reader.editor,
        data=data,
        release=Hop(hop.since, target, state.target.last, state.age),
        layout=layout,
        engines=state.settings.engines,
        store_fields=fields,
        read_catalog=partial(reader.catalog, target.last),
        inline=inline,
        plan=plan,
        parameters=reader.config.parameters,
        renamed=state.settings.renamed,
    )


def _run_step(
    step: Step, context: StepContext, is_certain: bool, original: ConfigReader
) -> Iterable[Change]:
    """Return the changes of a step, as far as it applies to a file of
    this age.
    """
    if is_certain or step.applies in ("old form", "always"):
        return step.run(context)
    if step.applies == "certain":
        return ()
    changes = list(step.run(context))
    if changes and _is_written_here(step, context, original):
        age = context.release.age._replace(written_here=True)
        release = context.release._replace(age=age)
        return step.run(context._replace(release=release))
    return _ask_for_release(step, changes)


def _is_written_here(
    step: Step,
    context: StepContext,
    original: ConfigReader,
) -> bool:
    """Return whether an earlier step wrote what a step would change.

    Then the step changes nothing in the original.
    """
    if original.config.document is context.text.document:
        return False
    before = context._replace(
        text=original.editor,
        data=original.config.data,
        read_catalog=partial(original.catalog, context.release.target.last),
    )
    return not any(step.run(before))


def _ask_for_release(step: Step, changes: list[Change]) -> Iterator[StepNote]:
    """Yield one note instead of the changes, at the place of the first one."""
    advice = "this file can be for either: say with --from which release it is for"
    message = f"{step.differs}; {advice}"
    for change in changes:
        if isinstance(change, Edit):
            yield StepNote(CHECK, message, change.start)
            return
        if isinstance(change, StepNote):
            yield StepNote(CHECK, message, change.offset)
            return


def _keep_comments(context: StepContext, changes: list[Change]) -> list[Change]:
    """Return the changes without notes, with resolved edits that keep
    every comment.
    """
    document = context.text.document
    edits = [change for change in changes if isinstance(change, Edit)]
    if not edits:
        # most steps of most hops find nothing to do, or report it only
        return [each for each in changes if not isinstance(each, StepNote)]
    kept = keep_comments(document, context.text.comments, edits)
    trimmed = trim_end_gap(document, kept)
    operations = [each for each in changes if not isinstance(each, Edit | StepNote)]
    return [*trimmed, *operations]


def _drift_notes(context: StepContext, config: RunConfig) -> Iterator[StepNote]:
    for path, other, names in context.plan.drift:
        first = position_of_offset(config, context.text.offset(path)).line
        message = (
            f"this database differs from the one in line {first} only in {names}; "
            f"write the same {names} in both, unless they are two databases"
        )
        yield context.check(message, other)


def _unreadable_notes(context: StepContext) -> Iterator[StepNote]:
    target = context.release.target.name
    for store in context.inline.unreadable:
        message = store.message
        if store.wanted:
            wanted = ".".join(map(str, store.wanted))
            message += f": correct it, or write '{wanted}' of {target} by hand"
        yield context.action_required(message, store.path)
