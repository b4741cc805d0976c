"""The migration of one text: read, plan, edit, read again, prove. Pure; nothing here touches a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from stackcfg import catalog as facts
from stackcfg import inline_stores, storage_section
from stackcfg.catalog import TARGETS, Catalog, ConsumerField, Target
from stackcfg.change import PARTIAL, Change, Context, Note, expected_data
from stackcfg.composer import DuplicateKeyError, parse
from stackcfg.continuity import Row, rows
from stackcfg.detection import chart_key, is_newer, is_run_config
from stackcfg.document import ALIAS, Document, LineIndex, ParseError, Position, data_of, walk
from stackcfg.edits import Comments, Edit, apply, indent_step, keep_comments, without_end_gap
from stackcfg.embedded import Embedded, embedded_texts, outer_edits
from stackcfg.grouping import CONSOLIDATE, LAYOUTS
from stackcfg.layout import plan
from stackcfg.masking import masked
from stackcfg.proof import ProofError, prove_comments, prove_meaning, prove_stores
from stackcfg.steps import STEPS
from stackcfg.storage import StoreMap, text_of
from stackcfg.templates import is_template, mask, structural

BOM: Final = "\ufeff"

_ODD_BREAK: Final = re.compile("\r(?!\n)|[\x85\u2028\u2029]")

CONFIG_WORDS: Final = ("provider_type", "metadata_store", "inference_store", "image_name", "\nproviders:")
"""Words by which an embedded text that cannot be parsed is still taken for a run config."""


Where = Callable[[int], Position]
"""From an offset of a text, which may be embedded, to the place in the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a migration is asked to do. `declared` are store fields of providers outside the tree."""

    target: Target = TARGETS[0]
    layout: str = CONSOLIDATE
    declared: tuple[ConsumerField, ...] = ()


def settings_for(
    target: str = TARGETS[0].name, layout: str = CONSOLIDATE, declared: tuple[ConsumerField, ...] = ()
) -> Settings:
    """Settings from the words of a command line. Raises `ValueError` for a word that is none of the choices."""
    chosen = next((each for each in TARGETS if each.covers(target)), None)
    if chosen is None:
        raise ValueError(f"target '{target}' is not one of {', '.join(each.name for each in TARGETS)}")
    if layout not in LAYOUTS:
        raise ValueError(f"layout '{layout}' is not one of {', '.join(LAYOUTS)}")
    return Settings(chosen, layout, declared)


@dataclass(frozen=True, slots=True)
class Finding:
    """A note at its place in the file: kind is info, action or partial."""

    kind: str
    message: str
    position: Position


@dataclass(frozen=True, slots=True)
class ConfigResult:
    """What became of one run config. `place` is where it stands in the file, empty for the file itself."""

    place: str
    changed: bool
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Migration:
    """A migrated text, proved, with what happened to each run config in it."""

    text: str
    changed: bool
    configs: tuple[ConfigResult, ...]

    @property
    def partial(self) -> bool:
        """Whether a person must finish it."""
        return any(finding.kind == PARTIAL for config in self.configs for finding in config.findings)


class InputError(Exception):
    """The text cannot be migrated: why, where, and what to do."""

    def __init__(self, message: str, position: Position, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint


class NotRunConfigError(InputError):
    """The text holds no run config at all."""


@dataclass(frozen=True, slots=True)
class _Config:
    """A run config found in a text: as a document, or embedded in one."""

    document: Document
    data: Mapping[str, Any]
    place: str
    holder: Embedded | None = None
    outer: Document | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """What was done to one config, to be proved on the new text."""

    config: _Config
    changes: tuple[Change, ...]
    stores: StoreMap
    written: StoreMap


def migrate(text: str, settings: Settings | None = None) -> Migration:
    """Bring every run config in a text to the target release.

    Raises `InputError` when the text cannot be read or is refused, `NotRunConfigError` when there is no run config
    in it, `ProofError` when the result does not hold what it must.
    """
    settings = settings or Settings()
    bom, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    catalog = facts.extended(settings.declared) if settings.declared else facts.load()
    documents = _documents(body)
    configs = list(_configs(documents))
    if not configs:
        raise _not_a_config(documents)
    works = [_guarded(config, catalog, settings) for config in configs]
    edits = [edit for work in works for edit in _outer_edits(work)]
    odd = _ODD_BREAK.search(body) if edits else None
    if odd:
        raise InputError(
            "a line break other than LF or CRLF", LineIndex(body).position(odd.start()), "convert the file"
        )
    if not edits:
        results = [_result(work, catalog, settings) for work in works]
        return Migration(text, False, tuple(results))
    try:
        new_body = apply(body, edits)
    except ValueError as error:
        raise ProofError(str(error)) from None
    results = _prove(works, new_body, documents, catalog, settings)
    return Migration(bom + new_body, new_body != body, tuple(results))


def _not_a_config(documents: list[Document]) -> NotRunConfigError:
    for document in documents:
        key = chart_key(data_of(document.root))
        entry = document.root.entry(key) if key else None
        if entry is not None:
            message = f"not a run config but the values of a chart: '{key}' is a mapping"
            return NotRunConfigError(message, document.position(entry[0].start), "migrate what the chart renders")
    message = "not a run config: no providers, no stores, no storage catalog"
    return NotRunConfigError(message, Position(1, 1), "name a run config")


def _documents(text: str, where: Where | None = None) -> list[Document]:
    """Parse a text, around template expressions where those are only scalar values.

    `where` turns an offset of the text into a place in the file. Raises `InputError`.
    """
    where = where or LineIndex(text).position
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("not text: half of a surrogate pair", where(error.start)) from None
    try:
        documents = parse(text)
        if is_template(text):
            for document in documents:
                data_of(document.root)
    except ParseError as error:
        if not is_template(text):
            raise _input_error(error, where) from None
        return _templated(text, where)
    if "\t" in text:
        _refuse_tabs(text, where)
    return documents


def _templated(text: str, where: Where) -> list[Document]:
    template = structural(text)
    if template is not None:
        raise InputError(template.message, where(template.offset), "render the template first")
    try:
        return parse(text, mask(text))
    except ParseError as error:
        raise _input_error(error, where) from None


def _refuse_tabs(text: str, where: Where) -> None:
    """Raises `InputError` for tabs that libyaml takes and the parser of the server, in pure Python, does not."""
    try:
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass
    except yaml.MarkedYAMLError as error:
        place = where(error.problem_mark.index if error.problem_mark else 0)
        raise InputError(f"not valid YAML: {error.problem}", place, "use spaces instead of tabs") from None


def _input_error(error: ParseError, where: Where) -> InputError:
    place = where(error.offset)
    message = error.message
    if isinstance(error, DuplicateKeyError):
        message += f" on lines {where(error.first).line} and {place.line}"
    return InputError(message, place, error.hint)


def _configs(documents: list[Document]) -> Iterator[_Config]:
    for number, document in enumerate(documents, 1):
        data = _data(document, document.position)
        place = f"document {number}" if len(documents) > 1 else ""
        if is_run_config(data):
            yield _Config(document, data, place)
            continue
        for embedded in embedded_texts(document):
            yield from _embedded_configs(document, embedded, place)


def _embedded_configs(outer: Document, embedded: Embedded, place: str) -> Iterator[_Config]:
    name = ".".join(map(str, embedded.path))

    def where(offset: int) -> Position:
        return outer.position(embedded.outer(offset))

    try:
        documents = _documents(embedded.text, where)
    except InputError as error:
        if not any(word in embedded.text for word in CONFIG_WORDS):
            return
        raise InputError(f"{name}: {error.message}", error.position, error.hint) from None
    for document in documents:
        data = _data(document, where)
        if is_run_config(data):
            yield _Config(document, data, f"{place} {name}".strip(), embedded, outer)


def _data(document: Document, where: Where) -> Any:
    try:
        return data_of(document.root)
    except ParseError as error:
        raise _input_error(error, where) from None


def _guarded(config: _Config, catalog: Catalog, settings: Settings) -> _Work:
    try:
        return _work(config, catalog, settings)
    except ValueError as error:
        raise ProofError(str(error)) from None
    except ParseError as error:
        raise _input_error(error, lambda offset: _position(config, offset)) from None


def _work(config: _Config, catalog: Catalog, settings: Settings) -> _Work:
    """Run the steps on one config; one that was written for a later release is left as it is."""
    stores = inline_stores.read(config.data, catalog, inline_stores.SOURCE, settings.target.last)
    written = storage_section.read(config.data, catalog, settings.target.last)
    if is_newer(config.data, settings.target) and all(use.snippet is None for use in stores.uses):
        return _Work(config, (), StoreMap(()), written)
    image = text_of(config.data.get("image_name") or config.data.get("distro_name"))
    drawn = plan(stores, written, catalog, settings.target, settings.layout, image)
    document = config.document
    context = Context(
        document,
        config.data,
        Comments(document),
        stores,
        written,
        drawn,
        catalog,
        settings.target,
        indent_step(document, document.root),
    )
    changes = [change for step in STEPS for change in step(context)]
    edits = keep_comments(document, context.comments, [change for change in changes if isinstance(change, Edit)])
    edits = without_end_gap(document, edits)
    changes = [*edits, *(change for change in changes if not isinstance(change, Edit))]
    for path, other, names in drawn.drift:
        first = _position(config, context.offset(path)).line
        changes.append(Note("action", f"differs from line {first} only in {names}: drift?", context.offset(other)))
    for unreadable in stores.unreadable:
        changes.append(Note(PARTIAL, unreadable.message, context.offset(unreadable.path)))
    return _Work(config, tuple(changes), stores, written)


def _position(config: _Config, offset: int) -> Position:
    if config.holder is not None and config.outer is not None:
        return config.outer.position(config.holder.outer(offset))
    return config.document.position(offset)


def _outer_edits(work: _Work) -> list[Edit]:
    edits = [change for change in work.changes if isinstance(change, Edit)]
    config = work.config
    if not edits or config.holder is None or config.outer is None:
        return edits
    try:
        return outer_edits(config.outer, config.holder, edits)
    except ParseError as error:
        raise InputError(error.message, config.outer.position(error.offset), error.hint) from None


def _prove(
    works: list[_Work], text: str, before: list[Document], catalog: Catalog, settings: Settings
) -> list[ConfigResult]:
    """Read the new text and hold every config against what it must be."""
    try:
        documents = _documents(text)
        configs = list(_configs(documents))
    except InputError as error:
        for work in works:
            _refuse_split_anchor(work)
        raise ProofError(f"the new text cannot be read (line {error.position.line}: {error.message})") from None
    if len(configs) != len(works) or len(documents) != len(before):
        raise ProofError("a document would be lost")
    results = []
    for work, config in zip(works, configs, strict=True):
        prove_meaning(expected_data(work.config.data, work.changes), config.data)
        again = _work(config, catalog, settings)
        prove_stores(work.stores, again.written, settings.layout)
        prove_comments(work.config.document, config.document)
        if any(isinstance(change, Edit) for change in again.changes):
            raise ProofError("a second run would change the file again")
        results.append(_result(work, catalog, settings, again))
    proved = {id(work.config.document) for work in works}
    for old, fresh in zip(before, documents, strict=True):
        if id(old) not in proved:
            _prove_holder(old, fresh, works)
    return results


def _refuse_split_anchor(work: _Work) -> None:
    """Raises `InputError` when an alias stands outside of what moved and its anchor inside."""
    edits = [change for change in work.changes if isinstance(change, Edit)]
    for _, node in walk(work.config.document.root):
        inside = [edit for edit in edits if edit.start <= node.target.start < edit.end]
        if node.kind == ALIAS and inside and not any(edit.start <= node.start < edit.end for edit in inside):
            message = f"'{work.config.document.source(node)}' names an anchor in a part that moves"
            raise InputError(message, _position(work.config, node.start), "write its value out, then migrate")


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


def _result(work: _Work, catalog: Catalog, settings: Settings, after: _Work | None = None) -> ConfigResult:
    """What became of a config; `after` is what a second run found in the new text, None when nothing changed."""
    notes = [change for change in work.changes if isinstance(change, Note)]
    findings = [Finding(note.kind, masked(note.message), _position(work.config, note.offset)) for note in notes]
    table: list[Row] = []
    if after is not None and work.stores.uses:
        table = rows(work.stores, after.written, after.config.data, catalog, settings.target)
    edited = any(isinstance(change, Edit) for change in work.changes)
    ordered = sorted(findings, key=lambda finding: (finding.position.line, finding.position.column))
    return ConfigResult(work.config.place, edited, tuple(table), tuple(ordered))


__all__ = ["InputError", "Migration", "NotRunConfigError", "ProofError", "Settings", "migrate", "settings_for"]
