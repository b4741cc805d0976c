"""The migration of one text: read, plan, edit, read again, prove. Pure; nothing here touches a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    input_error,
    outer_offset,
    position_of_offset,
    read_documents,
)
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.loading.release_fit import is_newer
from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    CHECK,
    Change,
    StepNote,
    expected_data,
)
from stackcfg.migration.context import CatalogContext, Hop, StepContext
from stackcfg.migration.editing.editor import Editor
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.planning.layout import BackendPlan, plan_backends
from stackcfg.migration.planning.layouts import CONSOLIDATE, LAYOUTS
from stackcfg.migration.proof import (
    ProofError,
    prove_comments,
    prove_meaning,
    prove_stores,
)
from stackcfg.migration.result import ConfigResult, MigrationNote, MigrationResult
from stackcfg.migration.schedule import ReleaseHop, hops_to
from stackcfg.migration.steps import Step
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases import stores as facts
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import DEFAULT_TARGET, SOURCE_ROLE, Target, parse_target
from stackcfg.releases.stores import LAST_INLINE, StoreField, StoreFields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.values import as_string
from stackcfg.stores import catalog as storage_section
from stackcfg.stores import inline as inline_stores
from stackcfg.stores.store_map import StoreMap, Unreadable
from stackcfg.stores.visibility import StoreVisibility, compare_visibility
from stackcfg.yamltext.comments import Comments, keep_comments
from stackcfg.yamltext.document import (
    ALIAS,
    Document,
    LineIndex,
    ParseError,
    data_of,
    walk_nodes,
)
from stackcfg.yamltext.edits import Edit, trim_end_gap
from stackcfg.yamltext.embedded import edits_in_outer
from stackcfg.yamltext.entries import indent_step
from stackcfg.yamltext.source_map import EditHistory, SourceMap

if TYPE_CHECKING:
    from stackcfg.loading.release_fit import DetectedReleases

AFTER_CATALOG: Final[Release] = (0, 4)
_QUOTED: Final = re.compile(r"'([^']+)'")
_ODD_BREAK: Final = re.compile("\r(?!\n)|[\x85\u2028\u2029]")


class Settings(NamedTuple):
    """What a migration is asked to do.

    `declared` are store fields of providers outside the tree. `source` is the release that the files are for, found out
    file by file where it is None. `asked` says that a person named the target, so that a file which is for later
    releases only is refused instead of left alone; `detect`, that the report tells which releases a file was for.
    """

    target: Target = DEFAULT_TARGET
    layout: str = CONSOLIDATE
    declared: tuple[StoreField, ...] = ()
    source: Release | None = None
    asked: bool = False
    detect: bool = False


def settings_for(
    target: str = DEFAULT_TARGET.name,
    layout: str = CONSOLIDATE,
    declared: tuple[StoreField, ...] = (),
    source: str | None = None,
) -> Settings:
    """Settings from the words of a command line. Raises `ValueError` for a word that is none of the choices."""
    chosen = parse_target(target)
    if layout not in LAYOUTS:
        raise ValueError(f"layout '{layout}' is not one of {', '.join(LAYOUTS)}")
    given = parse_target(source, role=SOURCE_ROLE).last if source else None
    if given is not None and given > chosen.last:
        raise ValueError(
            f"'{source}' is later than {chosen.name}: there is no way back"
        )
    return Settings(chosen, layout, declared, given)


class _Work(NamedTuple):
    """What was done to one config in a passage, to be proved on the new text."""

    config: RunConfig
    changes: tuple[Change, ...]
    stores: StoreMap
    written: StoreMap


@dataclass(slots=True)
class _Course:
    """What became of one config on its way: where it came from, what was noted, the stores that it gave in place."""

    before: RunConfig
    age: FileAge | None = None
    fit: DetectedReleases | None = None
    findings: list[MigrationNote] = field(default_factory=list)
    changed: bool = False
    stores: StoreMap = field(default_factory=lambda: StoreMap(()))
    _at: Document | None = None
    _comments: Comments | None = None
    _indent: int = 0

    def may_need(self, since: Release) -> bool:
        """Whether one of the releases that the file can be for is older than this one.

        The catalog came with the first release of a family: a file of that family may be half way to it.
        """
        if self.age is None or since < CATALOG_SINCE or self.age.possibly_before(since):
            return True
        return since == CATALOG_SINCE and self.age.oldest[:2] == CATALOG_SINCE[:2]

    def needs(self, since: Release) -> bool:
        """Whether all of them are."""
        return (
            self.age is None
            or since < CATALOG_SINCE
            or self.age.certainly_before(since)
        )

    def comments(self, document: Document) -> Comments:
        """The comments of a document, found once as long as the way does not change it."""
        self._look(document)
        return self._comments or Comments(document)

    def indent(self, document: Document) -> int:
        """The indentation of a document, found once as long as the way does not change it."""
        self._look(document)
        return self._indent

    def _look(self, document: Document) -> None:
        if self._at is not document:
            self._at, self._comments = document, Comments(document)
            self._indent = indent_step(document, document.root)


def migrate(text: str, settings: Settings | None = None) -> MigrationResult:
    """Bring every run config in a text to the target release.

    Raises `InputError` when the text cannot be read or is refused, `NotRunConfigError` when there is no run config
    in it, `ProofError` when the result does not hold what it must.
    """
    settings = settings or Settings()
    bom, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    catalog = (
        facts.with_declared_fields(settings.declared)
        if settings.declared
        else facts.load_store_fields()
    )
    documents = read_documents(body)
    configs = list(find_run_configs(documents))
    if not configs:
        raise explain_no_run_config(documents)
    courses = [_course(config, catalog, settings) for config in configs]
    trail = EditHistory(body)
    for passage in hops_to(settings.target):
        works = [
            _guarded(config, catalog, settings, passage, course)
            for config, course in zip(configs, courses, strict=True)
        ]
        edits = [edit for work in works for edit in _outer_edits(work)]
        _take_notes(works, courses, trail, catalog)
        if not edits:
            continue
        odd = _ODD_BREAK.search(body)
        if odd:
            raise InputError(
                "a line break other than LF or CRLF",
                LineIndex(body).position(odd.start()),
                "convert the file",
            )
        try:
            trail = trail.after(edits)
        except ValueError as error:
            raise ProofError(str(error)) from None
        documents, configs = _proved(
            works, courses, trail.text, documents, catalog, settings, passage
        )
        body = trail.text
    if settings.target.last >= AFTER_CATALOG:
        for config, course in zip(configs, courses, strict=True):
            if course.age is None or course.age.possibly_before(settings.target.first):
                course.findings += _refused(config, course, catalog, settings, trail)
    changed = body != trail.first
    results = [
        _result(course, config, catalog, settings, changed)
        for course, config in zip(courses, configs, strict=True)
    ]
    return MigrationResult(bom + body, changed, tuple(results))


def _course(config: RunConfig, catalog: StoreFields, settings: Settings) -> _Course:
    """The beginning of a config's way; which releases it is for is found out only where that is needed or told.

    Raises `InputError` for a file of later releases, where somebody asked for this target.
    """
    age = FileAge(settings.source, settings.source) if settings.source else None
    further = settings.target.last >= AFTER_CATALOG
    if not (further or settings.detect or settings.asked):
        return _Course(config, age)
    from stackcfg.loading.release_fit import detect_releases
    from stackcfg.releases.families import describe_releases

    fit = detect_releases(config, catalog)
    if (
        settings.asked
        and settings.source is None
        and min(fit.releases) > settings.target.last
    ):
        position = (
            fit.proof[0].position
            if fit.proof
            else position_of_offset(config, config.document.root.start)
        )
        message = f"this file is for {describe_releases(fit.releases)}: there is no way back to {settings.target.name}"
        raise InputError(message, position, "name a later --target")
    if settings.source is not None or not further:
        return _Course(config, age, fit)
    return _Course(config, FileAge(min(fit.releases), max(fit.releases)), fit)


def _guarded(
    config: RunConfig,
    catalog: StoreFields,
    settings: Settings,
    passage: ReleaseHop,
    course: _Course,
) -> _Work:
    try:
        return _work(config, catalog, settings, passage, course)
    except ValueError as error:
        raise ProofError(str(error)) from None
    except ParseError as error:
        raise input_error(
            error, lambda offset: position_of_offset(config, offset)
        ) from None


def _work(
    config: RunConfig,
    catalog: StoreFields,
    settings: Settings,
    passage: ReleaseHop,
    course: _Course,
) -> _Work:
    """Run the steps of a passage on one config; one that was written for a later release is left as it is."""
    target = passage.target
    stores = StoreMap(())
    if passage.plans:
        stores = inline_stores.read_inline_stores(
            config.data, catalog, LAST_INLINE, target.last
        )
    # a text without the word refers to nothing, and most passages are for such texts
    refers = "backend" in config.document.text
    written = (
        storage_section.read_catalog(config.data, catalog, target.last)
        if refers
        else StoreMap(())
    )
    in_place = any(use.inline is not None for use in stores.stores)
    is_due = in_place or course.may_need(passage.since)
    steps = [step for step in passage.steps if is_due or step.applies == "every age"]
    if not steps or (_is_newer(config, settings, course) and not in_place):
        return _Work(config, (), StoreMap(()), written)
    image = as_string(config.data.get("image_name") or config.data.get("distro_name"))
    stores = stores if is_due else StoreMap(())
    drawn = (
        plan_backends(stores, written, catalog, target, settings.layout, image)
        if passage.plans and is_due
        else BackendPlan()
    )
    document = config.document
    text = Editor(
        document, course.comments(document), course.indent(document), config.data
    )
    age = course.age or FileAge((), ())
    release = Hop(passage.since, target, settings.target.last, age)
    context = CatalogContext(
        text, config.data, release, settings.layout, catalog, written, stores, drawn
    )
    sure = in_place or course.needs(passage.since)
    changes = [
        change for step in steps for change in _of_step(step, context, sure, course)
    ]
    edits = keep_comments(
        document,
        text.comments,
        [change for change in changes if isinstance(change, Edit)],
    )
    edits = trim_end_gap(document, edits)
    changes = [*edits, *(change for change in changes if not isinstance(change, Edit))]
    for path, other, names in drawn.drift:
        first = position_of_offset(config, text.offset(path)).line
        changes.append(
            StepNote(
                CHECK,
                f"differs from line {first} only in {names}: drift?",
                text.offset(other),
            )
        )
    for unreadable in stores.unreadable:
        changes.append(
            StepNote(
                ACTION_REQUIRED,
                _unreadable(unreadable, target),
                text.offset(unreadable.path),
            )
        )
    return _Work(config, tuple(changes), stores, written)


def _is_newer(config: RunConfig, settings: Settings, course: _Course) -> bool:
    """Whether a config is for releases after the target, and so none to be changed.

    On the way to the catalog, which most files take, a look at it must do; on a further way all that it holds is
    weighed, and one key of a later release proves nothing.
    """
    if settings.source is not None:
        return False
    if settings.target.last >= AFTER_CATALOG and course.fit is not None:
        return min(course.fit.releases) > settings.target.last
    return is_newer(config.data, settings.target)


def _unreadable(store: Unreadable, target: Target) -> str:
    """What is wrong with a store, and the field that therefore stays unwritten."""
    wanted = ".".join(map(str, store.wanted))
    return (
        f"{store.message}: mend it, or write '{wanted}' of {target.name} by hand"
        if wanted
        else store.message
    )


def _of_step(
    step: Step, context: StepContext, sure: bool, course: _Course
) -> Iterator[Change]:
    """What a step changes; only that it would, where it is not sure that the file is old enough for it."""
    if sure:
        yield from step.run(context)
    elif step.applies == "changed meaning":
        changes = list(step.run(context))
        if changes and _is_ours(step, context, course):
            age = context.release.age._replace(written_here=True)
            release = context.release._replace(age=age)
            yield from step.run(replace(context, release=release))
            return
        places = [
            change.start if isinstance(change, Edit) else change.offset
            for change in changes
            if isinstance(change, Edit | StepNote)
        ]
        if places:
            message = f"{step.differs}; this file can be for earlier and for later ones: name its release with --from"
            yield StepNote(CHECK, message, places[0])
    elif step.applies != "certain":
        yield from step.run(context)


def _is_ours(step: Step, context: StepContext, course: _Course) -> bool:
    """Whether a step finds nothing in the file as it was at first: what it finds now was written on the way.

    No release can have kept anything in such a place.
    """
    first = course.before
    if first.document is context.text.document:
        return False
    version = context.release.target.last
    written = storage_section.read_catalog(first.data, context.store_fields, version)
    text = context.text._replace(
        document=first.document, comments=Comments(first.document), data=first.data
    )
    then = replace(context, text=text, data=first.data, written=written)
    return not any(step.run(then))


def _outer_edits(work: _Work) -> list[Edit]:
    edits = [change for change in work.changes if isinstance(change, Edit)]
    config = work.config
    if not edits or config.holder is None or config.outer is None:
        return edits
    try:
        return edits_in_outer(config.outer, config.holder, edits)
    except ParseError as error:
        raise InputError(
            error.message, config.outer.position(error.offset), error.hint
        ) from None


def _take_notes(
    works: list[_Work], courses: list[_Course], trail: EditHistory, catalog: StoreFields
) -> None:
    """Keep what the steps noted, at its place in the text as it was at the beginning."""
    origins = SourceMap(trail)
    for work, course in zip(works, courses, strict=True):
        course.changed = course.changed or any(
            isinstance(change, Edit) for change in work.changes
        )
        if work.stores.stores:
            course.stores = _as_found(work.stores, course, trail, catalog)
        for note in work.changes:
            if isinstance(note, StepNote):
                place = origins.of(outer_offset(work.config, note.offset))
                course.findings.append(
                    MigrationNote(note.severity, mask_secrets(note.message), place)
                )


def _refused(
    config: RunConfig,
    course: _Course,
    catalog: StoreFields,
    settings: Settings,
    trail: EditHistory,
) -> Iterator[MigrationNote]:
    """What the target refuses in the result and nothing on the way spoke of, at its place in the first text."""
    from stackcfg.migration.final_check import find_refusals

    told = [each for each in course.findings if each.severity == ACTION_REQUIRED]
    lines, origins = LineIndex(trail.text), SourceMap(trail)
    for each in find_refusals(config, catalog, settings.target):
        place = origins.of(lines.offset(each.span.start))
        names = set(_QUOTED.findall(each.message))
        if not any(
            place.line == other.position.line
            and names & set(_QUOTED.findall(other.message))
            for other in told
        ):
            yield MigrationNote(ACTION_REQUIRED, each.message, place)


def _as_found(
    stores: StoreMap, course: _Course, trail: EditHistory, catalog: StoreFields
) -> StoreMap:
    """The stores as the file had them at first: one that a step wrote on the way held nothing before."""
    if not trail.rounds:
        return stores
    data = course.before.data
    read = inline_stores.read_inline_stores(
        data, catalog, LAST_INLINE, DEFAULT_TARGET.last
    )
    first = {use.key for use in read.stores if use.inline is not None}
    section = data.get("providers")
    apis = section if isinstance(section, Mapping) else {}
    uses = (
        use._replace(location=None)
        if use.inline and use.key not in first and use.fact.api in apis
        else use
        for use in stores.stores
    )
    return replace(stores, stores=tuple(uses))


def _proved(
    works: list[_Work],
    courses: list[_Course],
    text: str,
    before: list[Document],
    catalog: StoreFields,
    settings: Settings,
    passage: ReleaseHop,
) -> tuple[list[Document], list[RunConfig]]:
    """The documents and configs of the new text, each config held against what it must be."""
    try:
        documents = read_documents(text)
        configs = list(find_run_configs(documents))
    except InputError as error:
        for work in works:
            _refuse_split_anchor(work)
        raise ProofError(
            f"the new text cannot be read (line {error.position.line}: {error.message})"
        ) from None
    if len(configs) != len(works) or len(documents) != len(before):
        raise ProofError("a document would be lost")
    for work, config, course in zip(works, configs, courses, strict=True):
        try:
            prove_meaning(expected_data(work.config.data, work.changes), config.data)
        except ProofError:
            _refuse_shared_anchor(work)
            raise
        again = _work(config, catalog, settings, passage, course)
        prove_stores(work.stores, again.written, settings.layout)
        prove_comments(work.config.document, config.document)
        if any(isinstance(change, Edit) for change in again.changes):
            raise ProofError("a second run would change the file again")
    proved = {id(work.config.document) for work in works}
    for old, fresh in zip(before, documents, strict=True):
        if id(old) not in proved:
            _prove_holder(old, fresh, works)
    return documents, configs


def _refuse_split_anchor(work: _Work) -> None:
    """Raises `InputError` when an alias stands outside of what moved and its anchor inside."""
    edits = [change for change in work.changes if isinstance(change, Edit)]
    for _, node in walk_nodes(work.config.document.root):
        inside = [edit for edit in edits if edit.start <= node.target.start < edit.end]
        if (
            node.kind == ALIAS
            and inside
            and not any(edit.start <= node.start < edit.end for edit in inside)
        ):
            message = f"'{work.config.document.source(node)}' names an anchor in a part that moves"
            raise InputError(
                message,
                position_of_offset(work.config, node.start),
                "write its value out, then migrate",
            )


def _refuse_shared_anchor(work: _Work) -> None:
    """Raises `InputError` when an alias stands for a part in which something changed, which may not fit its place."""
    edits = [change for change in work.changes if isinstance(change, Edit)]
    for _, node in walk_nodes(work.config.document.root):
        if node.kind == ALIAS and any(
            node.target.start <= edit.start <= node.target.end for edit in edits
        ):
            message = f"'{work.config.document.source(node)}' stands for a part that changes, not everywhere in one way"
            raise InputError(
                message,
                position_of_offset(work.config, node.start),
                "write its values out, then migrate",
            )


def _prove_holder(old: Document, new: Document, works: list[_Work]) -> None:
    """A document that only holds run configs, or none, must mean the same but for their text."""
    before, after = data_of(old.root), data_of(new.root)
    for work in works:
        if work.config.outer is old and work.config.holder is not None:
            for data in (before, after):
                holder = data
                for part in work.config.holder.path[:-1]:
                    holder = holder[part]
                holder[work.config.holder.path[-1]] = ""
    prove_meaning(before, after)
    prove_comments(old, new)


def _result(
    course: _Course,
    config: RunConfig,
    catalog: StoreFields,
    settings: Settings,
    changed: bool,
) -> ConfigResult:
    """What became of a config, which now has the form of the target."""
    table: list[StoreVisibility] = []
    before, source = course.stores, LAST_INLINE
    if changed and not before.stores and course.age is not None:
        before, source = (
            storage_section.read_catalog(
                course.before.data, catalog, course.age.newest
            ),
            course.age.newest,
        )
    if changed and before.stores:
        written = storage_section.read_catalog(
            config.data, catalog, settings.target.last
        )
        table = compare_visibility(
            before, written, config.data, catalog, settings.target, source
        )
    ordered = sorted(
        course.findings,
        key=lambda finding: (finding.position.line, finding.position.column),
    )
    findings = tuple(dict.fromkeys(ordered))
    if course.fit is None or not settings.detect:
        return ConfigResult(config.place, course.changed, tuple(table), findings)
    from stackcfg.releases.families import describe_releases

    proof = tuple(dict.fromkeys(each.position.line for each in course.fit.proof))
    return ConfigResult(
        config.place,
        course.changed,
        tuple(table),
        findings,
        describe_releases(course.fit.releases),
        proof,
    )


__all__ = [
    "InputError",
    "MigrationResult",
    "NotRunConfigError",
    "ProofError",
    "Settings",
    "migrate",
    "settings_for",
]
