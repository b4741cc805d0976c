"""The migration of one text: read, plan, edit, read again, prove.
Touches no file.
"""

from __future__ import annotations

from functools import partial

from stackcfg.light_typing import Any, Final
from stackcfg.loading.config_positions import outer_offset
from stackcfg.loading.configs import (
    BOM,
    explain_no_run_config,
    find_run_configs,
    read_documents,
)
from stackcfg.loading.errors import InputError, NotRunConfigError, StructureError
from stackcfg.migration.final_check import check_result
from stackcfg.migration.hop import HopResult, run_hop
from stackcfg.migration.left_over_stores import left_over_notes
from stackcfg.migration.next_run import refuse_unstable_result
from stackcfg.migration.proof import ProofError, prove_reading
from stackcfg.migration.result import ConfigResult, MigrationNote, MigrationResult
from stackcfg.migration.schedule import ReleaseHop, hops_to
from stackcfg.migration.settings import Settings, settings_for
from stackcfg.migration.state import MigrationState, start_migration
from stackcfg.migration.store_report import compare_stores, find_unused_backends
from stackcfg.migration.target_choice import LEAVE
from stackcfg.migration.verification import prove_hop
from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.families import describe_releases
from stackcfg.releases.stores import with_declared_fields
from stackcfg.stores.store_map import Location
from stackcfg.stores.visibility import StoreVisibility
from stackcfg.yamltext.document import Document
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.source_map import EditHistory, SourceMap
from stackcfg.yamltext.template_marks import is_template
from stackcfg.yamltext.values import data_of

MOST_PASSES: Final = 4
"""Runs of one hop after which a text has to stay as it is."""

_ODD_LINE_BREAK: Final = lazy_pattern("\r(?!\n)|[\x85\u2028\u2029]")


def migrate(text: str, settings: Settings | None = None) -> MigrationResult:
    """Bring every run config in a text to the target release.

    Without a target in the settings the text decides where it goes.

    Raises `InputError` if the text cannot be read or is refused,
    `NotRunConfigError` if it has no run config, and `ProofError` if the
    result cannot be proved.
    """
    settings = settings or Settings()
    try:
        return _migrate_text(text, settings)
    except StructureError as error:
        from stackcfg.migration.templates.engine import migrate_template

        result = migrate_template(text, settings, error, _migrate_text)
        return result._replace(has_blocks=True)


def _migrate_text(text: str, settings: Settings) -> MigrationResult:
    body = text.removeprefix(BOM)
    documents = read_documents(body)
    states = _start(documents, settings)
    history = EditHistory(body)
    target = states[0].target
    for hop in hops_to(target):
        history, documents = _run(hop, history, documents, states)
    if settings.engines:
        from stackcfg.migration.backend_engines import hop_to_engines

        hop = hop_to_engines(target)
        history, documents = _run(hop, history, documents, states)
    changed = history.text != body
    if changed:
        if is_template(body):
            # imported only here: few configs are templates
            from stackcfg.migration.quoted_expressions import refuse_quoted_expressions

            refuse_quoted_expressions(body, history.text)
        _prove_reading(history.text, documents, states)
        refuse_unstable_result(states, history, partial(_is_changed_by, settings))
    for state in states:
        state.notes += left_over_notes(state)
        state.notes = check_result(state, history)
    configs = tuple(_describe(state, changed) for state in states)
    bom = text[: len(text) - len(body)]
    return MigrationResult(bom + history.text, changed, configs, target)


def _prove_reading(
    text: str, documents: list[Document], states: list[MigrationState]
) -> None:
    """Raise `ProofError` unless PyYAML reads the new text as it is meant."""
    if all(document.is_yaml for document in documents):
        prove_reading(text, _read_data(documents, states))
        return
    for state in states:
        # the script around it is none of PyYAML's
        config = state.now.config
        written = config.document.text
        if not config.parameters:
            again = read_documents(written)
            prove_reading(written, [data_of(each.root) for each in again])


def _is_changed_by(settings: Settings, text: str) -> bool:
    """Return whether a migration would change or refuse a text."""
    try:
        return migrate(text, settings).changed
    except InputError:
        return True


def _start(documents: list[Document], settings: Settings) -> list[MigrationState]:
    configs = list(find_run_configs(documents))
    if not configs:
        raise explain_no_run_config(documents)
    fields = with_declared_fields(settings.declared)
    return start_migration(configs, fields, settings)


def _run(
    hop: ReleaseHop,
    history: EditHistory,
    documents: list[Document],
    states: list[MigrationState],
) -> tuple[EditHistory, list[Document]]:
    """Run a hop on all configs until it finds nothing more to do;
    return the history and the documents after it.

    What one step writes may concern another one, as a new name does.
    """
    results = _run_steps(hop, history, states)
    _collect(results, states, history)
    for _ in range(MOST_PASSES):
        edits = _edits_in_file(results)
        if not edits:
            return history, documents
        history = _apply(edits, history)
        documents = prove_hop(history.text, documents, hop, results, states)
        results = _run_steps(hop, history, states)
        # a config without edits has reported all before
        again = [
            result if result.edits else HopResult(result.config) for result in results
        ]
        _collect(again, states, history)
    raise ProofError("a second run would change the file again")


def _run_steps(
    hop: ReleaseHop, history: EditHistory, states: list[MigrationState]
) -> list[HopResult]:
    try:
        return [run_hop(state, hop) for state in states]
    except ProofError:
        _refuse_odd_line_breaks(history.text)
        raise
    except InputError as error:
        # its place is one of the text as the hops so far have left it
        offset = LineIndex(history.text).offset(error.position)
        position = SourceMap(history).find_source(offset)
        raise error.replace(position=position) from None


def _edits_in_file(results: list[HopResult]) -> list[Edit]:
    """Return the edits of configs, which can be inside of others, on the file."""
    if not any(result.config.holders for result in results):
        return [edit for result in results for edit in result.edits]
    # imported only here: few configs are inside of another document
    from stackcfg.migration.held_edits import edits_in_file

    return edits_in_file(results)


def _collect(
    results: list[HopResult],
    states: list[MigrationState],
    history: EditHistory,
) -> None:
    """Keep what a hop reports; notes get their place in the original text."""
    source_map: SourceMap | None = None
    for result, state in zip(results, states, strict=True):
        if result.edits:
            state.changed = True
        if result.inline.stores:
            state.keep_inline_stores(result.inline)
        for note in result.notes:
            source_map = source_map or SourceMap(history)
            position = source_map.find_source(outer_offset(result.config, note.offset))
            message = mask_secrets(note.message)
            state.notes.append(MigrationNote(note.severity, message, position))


def _refuse_odd_line_breaks(text: str) -> None:
    """Raise `InputError` if lines end as no edit of lines can keep."""
    if text.isascii() and "\r" not in text:
        return
    odd = _ODD_LINE_BREAK.search(text)
    if odd is not None:
        position = LineIndex(text).position(odd.start())
        message = "a line break other than LF or CRLF"
        raise InputError(message, position, "convert the file")


def _apply(edits: list[Edit], history: EditHistory) -> EditHistory:
    _refuse_odd_line_breaks(history.text)
    try:
        return history.after(edits)
    except ValueError as error:
        raise ProofError(str(error)) from None


def _read_data(
    documents: list[Document],
    states: list[MigrationState],
) -> list[Any]:
    """Return what each document means; that of run configs is known already."""
    known = {id(state.now.config.document): state.now.config.data for state in states}
    found = []
    for document in documents:
        data = known.get(id(document))
        if data is None:
            data = data_of(document.root)
        found.append(data)
    return found


def _describe(state: MigrationState, changed: bool) -> ConfigResult:
    stores: list[StoreVisibility] = []
    unused: tuple[tuple[str, Location], ...] = ()
    if changed or state.mode != LEAVE:
        # another server reads the file, also where it stays as it is
        stores = compare_stores(state)
        unused = tuple(find_unused_backends(state, stores))
    notes = sorted(state.notes, key=_position_of)
    was_for = ""
    lines: list[int] = []
    if state.settings.detect:
        was_for = describe_releases(state.detected.releases)
        lines = [evidence.position.line for evidence in state.detected.proof]
    return ConfigResult(
        state.now.config.place,
        state.changed,
        tuple(stores),
        tuple(dict.fromkeys(notes)),
        was_for,
        tuple(dict.fromkeys(lines)),
        is_left=state.mode == LEAVE and not state.changed,
        unused_backends=unused,
    )


def _position_of(note: MigrationNote) -> Position:
    return note.position


__all__ = [
    "InputError",
    "MigrationResult",
    "NotRunConfigError",
    "ProofError",
    "Settings",
    "migrate",
    "settings_for",
]
