"""Finds the run configs in a text: a document of it, or a text embedded in a ConfigMap or Secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.loading.recognition import helm_chart_key, is_run_config
from stackcfg.paths import Path
from stackcfg.yamltext.document import SEQUENCE, Document, DuplicateKeyError, ParseError
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.templates import find_structural, is_template, mask_expressions
from stackcfg.yamltext.values import data_of

if TYPE_CHECKING:
    from stackcfg.yamltext.embedded import Embedded

BOM: Final = "\ufeff"

MARKS: Final = ("provider", "_store", "storage")
CONFIG_WORDS: Final = (
    "provider_type",
    "metadata_store",
    "inference_store",
    "image_name",
    "\nproviders:",
)
"""Words by which a text in a folder or an embedded one that cannot be parsed is still taken for a run config."""


Where = Callable[[int], Position]
"""From an offset of a text, which may be embedded, to the place in the file."""


class RunConfig(NamedTuple):
    """A run config found in a text: as a document, or embedded in one.

    `second` is where the second document begins, for the first config of a stream of several.
    """

    document: Document
    data: Mapping[str, Any]
    place: str
    holder: Embedded | None = None
    outer: Document | None = None
    second: int | None = None


def may_hold_run_config(text: str) -> bool:
    """Whether a file of a folder can be a run config at all: one that holds none of these words is passed over."""
    return any(mark in text for mark in MARKS)


def looks_like_run_config(text: str) -> bool:
    """Whether a text that cannot be parsed is taken for a run config all the same."""
    return any(word in text for word in CONFIG_WORDS)


def explain_no_run_config(documents: list[Document]) -> NotRunConfigError:
    """Why there is no run config among these documents."""
    for document in documents:
        key = helm_chart_key(data_of(document.root))
        entry = document.root.entry(key) if key else None
        if entry is not None:
            message = (
                f"not a run config but the values of a chart: '{key}' is a mapping"
            )
            return NotRunConfigError(
                message, document.position(entry[0].start), "use what the chart renders"
            )
    message = "not a run config: no providers, no stores, no storage catalog"
    return NotRunConfigError(message, Position(1, 1), "name a run config")


def read_documents(
    text: str, where: Where | None = None, lenient: bool = False
) -> list[Document]:
    """Parse a text, around template expressions where those are only scalar values.

    `where` turns an offset of the text into a place in the file; `lenient` lets duplicate keys pass, which the
    documents then list. Raises `InputError`.
    """
    where = where or LineIndex(text).position
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            "not text: half of a surrogate pair", where(error.start)
        ) from None
    try:
        documents = parse_yaml(text, lenient=lenient)
        if is_template(text):
            for document in documents:
                data_of(document.root)
    except ParseError as error:
        if not is_template(text):
            raise input_error(error, where) from None
        return _templated(text, where, lenient)
    return documents


def _templated(text: str, where: Where, lenient: bool) -> list[Document]:
    template = find_structural(text)
    if template is not None:
        raise InputError(
            template.message, where(template.offset), "render the template first"
        )
    try:
        return parse_yaml(text, mask_expressions(text), lenient)
    except ParseError as error:
        raise input_error(error, where) from None


def input_error(error: ParseError, where: Where) -> InputError:
    """A parser's error at its place in the file."""
    place = where(error.offset)
    message = error.message
    if isinstance(error, DuplicateKeyError):
        message += f" on lines {where(error.first).line} and {place.line}"
    return InputError(message, place, error.hint)


def find_run_configs(
    documents: list[Document], lenient: bool = False
) -> Iterator[RunConfig]:
    """The run configs among some documents, those embedded in them included. Raises `InputError`."""
    second = _second(documents)
    for number, document in enumerate(documents, 1):
        data = _data(document, document.position)
        place = f"document {number}" if len(documents) > 1 else ""
        if is_run_config(data):
            yield RunConfig(document, data, place, second=second)
            second = None
            continue
        from stackcfg.yamltext.embedded import embedded_texts

        for embedded in embedded_texts(document):
            yield from _embedded_configs(document, embedded, place, lenient)


def _embedded_configs(
    outer: Document, embedded: Embedded, place: str, lenient: bool
) -> Iterator[RunConfig]:
    name = ".".join(map(str, embedded.path))

    def where(offset: int) -> Position:
        return outer.position(embedded.outer(offset))

    try:
        documents = read_documents(embedded.text, where, lenient)
    except InputError as error:
        if not looks_like_run_config(embedded.text):
            return
        raise InputError(
            f"{name}: {error.message}", error.position, error.hint
        ) from None
    second = _second(documents)
    for document in documents:
        data = _data(document, where)
        if is_run_config(data):
            yield RunConfig(
                document, data, f"{place} {name}".strip(), embedded, outer, second
            )
            second = None


def _second(documents: list[Document]) -> int | None:
    return documents[1].start if len(documents) > 1 else None


def _data(document: Document, where: Where) -> Any:
    try:
        return data_of(document.root)
    except ParseError as error:
        raise input_error(error, where) from None


def outer_offset(config: RunConfig, offset: int) -> int:
    """The offset in the whole text of an offset in a config, which may be embedded."""
    return config.holder.outer(offset) if config.holder is not None else offset


def position_of_offset(config: RunConfig, offset: int) -> Position:
    """The place in the file of an offset in a config, which may be embedded."""
    if config.holder is not None and config.outer is not None:
        return config.outer.position(config.holder.outer(offset))
    return config.document.position(offset)


def position_of_path(config: RunConfig, path: Path) -> Position:
    """Where the entry at a path stands in the file; the nearest one above it where there is none."""
    node, offset = config.document.root.target, config.document.root.start
    for part in path:
        if node.kind == SEQUENCE:
            if not isinstance(part, int) or part >= len(node.items):
                break
            offset, node = node.items[part].start, node.items[part].target
            continue
        entry = next(
            (pair for pair in reversed(node.entries) if pair[0].text == str(part)), None
        )
        if entry is None:
            break
        offset, node = entry[0].start, entry[1].target
    return position_of_offset(config, offset)
