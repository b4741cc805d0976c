"""Operations of JSON patches (RFC 6902) as parts of the objects that they change.

An operation becomes an object with nothing else in it than what the
operation is about. The nodes of that are where the text of the patch
has it; what the object that is patched says beside it, such as the name
of a variable, is a node that is `GIVEN`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.manifests.objects import CONFIG_MAP, SECRET, ManifestObject
from stackcfg.paths import as_mapping
from stackcfg.yamltext.document import (
    GIVEN,
    SCALAR,
    Document,
    Mapping,
    Node,
    Scalar,
)
from stackcfg.yamltext.document import (
    Sequence as SequenceNode,
)
from stackcfg.yamltext.values import data_of

_WITH_VALUE: Final = ("add", "replace", "test")
_KEPT_WHOLE: Final = ("command", "args")
"""Lists that mean something only as a whole."""

_NAMED: Final = ("name", "mountPath")
"""What an item of a list is known by."""


class Operation(NamedTuple):
    """One operation of a patch: its name, the parts of its path, its nodes."""

    name: str
    parts: tuple[str, ...]
    path: Node
    value: Node | None


def read_operations(document: Document) -> list[Operation]:
    """Return the operations of a document; none if it is no JSON patch."""
    found: list[Operation] = []
    for item in document.root.target.items:
        name, path = item.target.get("op"), item.target.get("path")
        if name is None or path is None or path.kind != SCALAR:
            return []
        parts = tuple(map(_unescape, path.text.split("/")[1:]))
        found.append(Operation(name.text, parts, path, item.target.get("value")))
    return found


def _unescape(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def read_parts(
    file: str, document: Document, base: ManifestObject
) -> Iterator[ManifestObject]:
    """Yield what each operation of a patch is about, as a part of an object.

    Raises `ParseError` for a value that no reader accepts.
    """
    data = deepcopy(dict(base.data))
    for operation in read_operations(document):
        root = _PartMaker(document, operation).make(data)
        if root is not None:
            named = {key: data.get(key) for key in ("apiVersion", "kind", "metadata")}
            part = {**as_mapping(data_of(root)), **named}
            yield ManifestObject(file, document, root, (), part)
        _apply(data, operation)


class _PartMaker:
    """Makes the nodes around the value of one operation."""

    def __init__(self, document: Document, operation: Operation) -> None:
        self.document = document
        self.operation = operation

    def make(self, data: Any) -> Node | None:
        """Return the root of the part; None where it is about nothing."""
        operation = self.operation
        value = operation.value
        if operation.name not in _WITH_VALUE or value is None:
            is_key = data.get("kind") in (CONFIG_MAP, SECRET)
            if operation.name != "remove" or not is_key:
                return None
            value = self._given("")
        if not operation.parts:
            return None
        return self._wrap(operation.parts, value.target, data)

    def _given(self, text: str) -> Node:
        """Return a scalar that the object has that is patched."""
        place = self.operation.path.start
        return Scalar(place, place, None, text, GIVEN)

    def _wrap(self, parts: Sequence[str], value: Node, data: Any) -> Node:
        """Return a value inside of what the parts of its path name."""
        if not parts:
            return value
        first, rest = parts[0], parts[1:]
        if isinstance(data, list) or (data is None and _is_index(first)):
            return self._wrap_item(first, rest, value, data or [])
        below = as_mapping(data).get(first)
        inner = self._wrap(rest, value, below)
        if first in _KEPT_WHOLE and rest and isinstance(below, list):
            inner = self._complete(below, rest[0], value)
        node = self._mapping()
        node.entries.append((self._key(first, is_last=not rest), inner))
        return node

    def _mapping(self) -> Mapping:
        place = self.operation.path
        return Mapping(place.start, place.end, None, flow=True)

    def _list(self, items: Sequence[Node]) -> Node:
        place = self.operation.path
        found = SequenceNode(place.start, place.end, None, flow=True)
        found.items.extend(items)
        return found

    def _wrap_item(
        self, first: str, rest: Sequence[str], value: Node, data: list[Any]
    ) -> Node:
        """Return a list with one item, which has the name that it has there."""
        below = _below(data, first)
        item = self._wrap(rest, value, below)
        if isinstance(item, Mapping) and rest:
            for key in _NAMED:
                name = as_mapping(below).get(key)
                if isinstance(name, str) and item.get(key) is None:
                    item.entries.append((self._given(key), self._given(name)))
        return self._list([item])

    def _complete(self, words: list[Any], index: str, value: Node) -> Node:
        """Return a whole list, of which one item is that of the operation."""
        items = [self._given(str(word)) for word in words]
        if not index.isdigit():
            return self._list([*items, value])
        place = int(index)
        after = place + 1
        if self.operation.name == "add":
            after = place
        return self._list([*items[:place], value, *items[after:]])

    def _key(self, text: str, is_last: bool) -> Node:
        """Return the node of a key, which the path has as its last part."""
        path = self.operation.path
        end = path.end
        if path.style is not None:
            end -= 1
        start = end - len(text)
        if not is_last or self.document.text[start:end] != text:
            return self._given(text)
        return Scalar(start, end, None, text, None)


def _is_index(part: str) -> bool:
    return part.isdigit() or part == "-"


def _below(data: Any, part: str) -> Any:
    """Return what is in data under one part of a path; None if nothing is."""
    if not isinstance(data, list):
        return as_mapping(data).get(part)
    if part.isdigit() and int(part) < len(data):
        return data[int(part)]
    return None


def _apply(data: Any, operation: Operation) -> None:
    """Make an operation on plain data, as far as it can be made there."""
    if not operation.parts:
        return
    *parents, last = operation.parts
    for part in parents:
        data = _below(data, part)
    value = None
    if operation.value is not None:
        value = data_of(operation.value)
    if isinstance(data, list):
        _apply_to_list(data, operation.name, last, value)
    elif isinstance(data, dict) and operation.name in ("add", "replace"):
        data[last] = value
    elif isinstance(data, dict) and operation.name == "remove":
        data.pop(last, None)


def _apply_to_list(data: list[Any], name: str, last: str, value: Any) -> None:
    index = len(data)
    if last.isdigit():
        index = int(last)
    if name == "add":
        data.insert(index, value)
    elif index < len(data) and name == "replace":
        data[index] = value
    elif index < len(data) and name == "remove":
        del data[index]
