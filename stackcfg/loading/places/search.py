"""Finds the run configs inside a document that is none itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.loading.config_positions import file_offset
from stackcfg.loading.configs import (
    RunConfig,
    input_error,
    looks_like_run_config,
    read_documents,
    start_of_second,
)
from stackcfg.loading.errors import InputError
from stackcfg.loading.evidence import evidence_against
from stackcfg.loading.other_files import NOTEBOOK_KEYS
from stackcfg.loading.other_languages import has_strings_of_its_own
from stackcfg.loading.places.openshift import declared_parameters
from stackcfg.loading.places.plain_texts import PlainText
from stackcfg.loading.places.tekton import replaced_variables
from stackcfg.loading.places.texts import Holding, hold_text
from stackcfg.loading.recognition import FOUND, is_run_config
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import MAPPING, SCALAR, Document, Node, ParseError
from stackcfg.yamltext.embedded_mappings import embed_mapping
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.values import data_of, name_of

_MAX_DEPTH: Final = 4
"""How many texts in texts are read: a patch of a kustomization holds a
ConfigMap, which holds a text.
"""

_MARKS: Final = ("apis", "providers", "storage", "metadata_store")
"""A run config has one of these keys."""

_NAMES: Final = ("image_name", "distro_name")
_VERSION: Final = (2, "2")

_OBJECTS_WITH_FILES: Final = ("ConfigMap", "Secret")
_FILES: Final = ("data", "stringData", "binaryData")

_ANNOTATIONS: Final = "annotations"
"""`kubectl` keeps a copy of the whole object here, which it writes itself."""

_FIRST_LINE: Final = lazy_pattern(
    r"(?:[^\S\n]*(?:#[^\n]*)?\n)*[^\S\n]*(?:[\w\"'-]+\s*:|\{|---)"
)
"""The first line of YAML that is no comment; a script begins otherwise."""


class _Text(NamedTuple):
    """A document that is searched, and the texts that it is in.

    The innermost of the `holders` is the first.
    """

    document: Document
    place: str
    holders: tuple[Holding, ...] = ()

    def name(self, path: Path) -> str:
        """Return the name of a path in this text."""
        return " ".join(filter(None, (self.place, ".".join(map(str, path)))))

    def where(self, offset: int) -> Position:
        """Return the place in the file of an offset in this text."""
        file = self.document
        if self.holders:
            file = self.holders[-1].document
        return file.position(file_offset(self.holders, offset))


class _Spot(NamedTuple):
    """A node of a text, with what the nodes above it say of it.

    `needed` is the weight of evidence that makes a run config.
    `parameters` are replaced before the server reads the text.
    """

    node: Node
    path: Path = ()
    needed: int = FOUND
    parameters: frozenset[str] = frozenset()


def find_places(
    document: Document, place: str, lenient: bool, needed: int
) -> Iterator[RunConfig]:
    """Yield the run configs inside a document, in its order.

    `needed` is the weight of evidence for a file of a ConfigMap; a
    mapping or text elsewhere needs more. Raises `InputError`.
    """
    if all(document.root.get(key) is not None for key in NOTEBOOK_KEYS):
        return
    search = _Search(lenient, needed)
    yield from search.run(_Text(document, place), _Spot(document.root.target))


class _Search(NamedTuple):
    """How to search: as `find_run_configs` was asked to."""

    lenient: bool
    needed: int

    def run(self, text: _Text, start: _Spot) -> Iterator[RunConfig]:
        """Yield the run configs below a node."""
        waiting = [start]
        while waiting:
            spot = waiting.pop()
            if spot.node.kind == SCALAR:
                yield from self._in_scalar(text, spot)
            elif spot.path and _is_config(spot.node):
                yield self._nested(text, spot)
            else:
                waiting += reversed(list(self._below(spot)))

    def _below(self, spot: _Spot) -> Iterator[_Spot]:
        node = spot.node
        parameters = spot.parameters | declared_parameters(node)
        parameters |= replaced_variables(node)
        has_files = _is_object_with_files(node)
        for key, value in node.entries:
            name = _name(key)
            if name == _ANNOTATIONS:
                continue
            needed = spot.needed
            if has_files and name in _FILES:
                needed = self.needed
            yield _Spot(value, (*spot.path, name), needed, parameters)
        for index, item in enumerate(node.items):
            yield spot._replace(node=item, path=(*spot.path, index))

    def _nested(self, text: _Text, spot: _Spot) -> RunConfig:
        """Return the run config that a mapping of a document is."""
        embedded = embed_mapping(text.document, spot.node, spot.path)
        holding = Holding(text.document, embedded, PlainText(embedded.text))
        inner = text._replace(holders=(holding, *text.holders))
        name = text.name(spot.path)
        try:
            documents = read_documents(
                embedded.text, inner.where, self.lenient, spot.parameters
            )
        except InputError as error:
            raise _error_at(name, error) from None
        if len(documents) != 1 or data_of(documents[0].root) != data_of(spot.node):
            position = inner.where(0)
            message = f"'{name}' depends on its place in this file"
            raise InputError(message, position, "write it into a file of its own")
        [document] = documents
        return RunConfig(
            document,
            data_of(document.root),
            name,
            inner.holders,
            parameters=spot.parameters,
        )

    def _in_scalar(self, text: _Text, spot: _Spot) -> Iterator[RunConfig]:
        if not spot.path or len(text.holders) >= _MAX_DEPTH:
            return
        try:
            holding = hold_text(text.document, spot.path, spot.node)
        except ParseError as error:
            if _is_meant(spot.node.text):
                raise input_error(error, text.where) from None
            return
        if holding is None or not self._is_worth_reading(holding, spot):
            return
        inner = _Text(text.document, text.name(spot.path), (holding, *text.holders))
        parameters = spot.parameters | holding.coding.parameters
        try:
            documents = read_documents(
                holding.text, inner.where, self.lenient, parameters
            )
        except InputError as error:
            # a ConfigMap holds other files too, which may be anything
            if _is_meant(holding.text):
                raise _error_at(inner.place, error) from None
            return
        yield from self._in_documents(
            inner, documents, spot._replace(parameters=parameters)
        )

    def _is_worth_reading(self, holding: Holding, spot: _Spot) -> bool:
        if spot.needed < FOUND:
            return True
        return any(mark in holding.text for mark in _MARKS)

    def _in_documents(
        self, inner: _Text, documents: list[Document], spot: _Spot
    ) -> Iterator[RunConfig]:
        second = start_of_second(documents)
        for document in documents:
            try:
                data = data_of(document.root)
            except ParseError as error:
                raise input_error(error, inner.where) from None
            if is_run_config(data, spot.needed):
                yield RunConfig(
                    document, data, inner.place, inner.holders, second, spot.parameters
                )
                second = None
                continue
            within = inner._replace(document=document)
            root = _Spot(document.root.target, parameters=spot.parameters)
            yield from self.run(within, root)


def _is_meant(text: str) -> bool:
    """Return whether a text that cannot be read is meant to be a run config."""
    if has_strings_of_its_own(text):
        return False
    return _FIRST_LINE.match(text) is not None and looks_like_run_config(text)


def _error_at(name: str, error: InputError) -> InputError:
    return error.replace(message=f"{name}: {error.message}")


def _name(key: Node) -> Any:
    try:
        return name_of(key)
    except ParseError:
        return key.text


def _is_object_with_files(node: Node) -> bool:
    kind = node.get("kind")
    return kind is not None and kind.text in _OBJECTS_WITH_FILES


def _is_config(node: Node) -> bool:
    """Return whether a mapping in a file is a whole run config."""
    if node.kind != MAPPING or not any(node.entry(mark) for mark in _MARKS):
        return False
    try:
        data = data_of(node)
    except ParseError:
        return False
    return is_run_config(data, FOUND) and _is_whole(data)


def _is_whole(data: Mapping[Any, Any]) -> bool:
    """Return whether a mapping is more than the part of a run config
    that a chart makes one from.
    """
    if any(name in data for name in _NAMES) or data.get("version") in _VERSION:
        return True
    return "apis" in data and not any(evidence_against(data))
