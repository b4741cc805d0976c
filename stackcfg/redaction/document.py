"""Finds the secrets of a YAML document: by their keys, and by what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from stackcfg.redaction.keys import is_secret_key, may_be_secret_key
from stackcfg.redaction.values import find_secret_parts
from stackcfg.redaction.words import PUBLIC_FIELDS, TOKEN
from stackcfg.yamltext.document import MAPPING, SCALAR, Document, Node
from stackcfg.yamltext.embedded import embedded_texts

SECRET_SECTIONS: Final = ("data", "stringData")
"""The sections of a Kubernetes Secret, all values of which are secret."""

PAIR_NAMES: Final = ("name", "key")
"""The field that names what is in the field `value` beside it."""

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


class Place(NamedTuple):
    """A node, and whether its value is a secret whatever it looks like.

    Where it may be a count, as of tokens, a number is none.
    """

    node: Node
    is_secret: bool = False
    may_be_count: bool = False


class Scalars(NamedTuple):
    """The scalars and keys of a document, without texts that hold documents."""

    secret: tuple[Node, ...]
    other: tuple[Node, ...]

    @property
    def values(self) -> frozenset[str]:
        """The secret values that nothing public in the document is equal to."""
        public = {node.text for node in self.other}
        secret: set[str] = set()
        for node in self.secret:
            text = node.text
            spans = find_secret_parts(text, 0, len(text))
            secret.update(text[start:end] for start, end in spans)
        return frozenset(secret - public)


@lru_cache(maxsize=2)
def sort_scalars(document: Document) -> Scalars:
    """Return which scalars of a document are secret by the keys above them."""
    held = {id(each.node) for each in embedded_texts(document)}
    secret: dict[int, Node] = {}
    other: dict[int, Node] = {}
    waiting = [Place(document.root)]
    seen: set[tuple[int, bool]] = set()
    while waiting:
        place = waiting.pop()
        # an alias may make a value secret that has a harmless key
        node = place.node.target
        if id(node) in held or (id(node), place.is_secret) in seen:
            continue
        seen.add((id(node), place.is_secret))
        if node.kind == SCALAR:
            chosen = secret if _is_secret_scalar(place, node) else other
            chosen[id(node)] = node
        waiting += _places_below(document, place, node)
    shown = [node for name, node in other.items() if name not in secret]
    return Scalars(tuple(secret.values()), tuple(shown))


def _is_secret_scalar(place: Place, node: Node) -> bool:
    if not place.is_secret or node.is_null:
        return False
    return not (place.may_be_count and _NUMBER.fullmatch(node.text))


def _places_below(document: Document, place: Place, node: Node) -> Iterator[Place]:
    if node.kind == MAPPING:
        yield from _places_in_mapping(place, node, node is document.root.target)
        return
    is_value = False
    for item in node.items:
        yield place._replace(node=item, is_secret=place.is_secret or is_value)
        is_value = _is_secret_option(item.target)


def _places_in_mapping(place: Place, node: Node, is_root: bool) -> Iterator[Place]:
    kind = node.get("kind")
    is_held = is_root and kind is not None and kind.text == "Secret"
    named = _named_secret(node)
    for key, value in node.entries:
        name = key.target.text
        is_count = name.lower().endswith(f"{TOKEN}s")
        if is_held:
            is_secret = name in SECRET_SECTIONS
        elif named and name == "value":
            is_secret = True
        else:
            is_secret = _is_secret_field(name, place.is_secret)
        yield Place(value, is_secret, is_count)
        # `{password: {hunter2}}` has the secret as a key, `{{ x }}` is a template
        is_lone = value.is_null and key.kind == SCALAR
        yield Place(key, place.is_secret and is_lone)


def _is_secret_field(name: str, is_below_secret: bool) -> bool:
    """Return whether the value of a field is secret by its key or one above."""
    if is_below_secret and name.lower() not in PUBLIC_FIELDS:
        return True
    return may_be_secret_key(name)


def _named_secret(node: Node) -> bool:
    """Return whether a mapping is as `{name: PASSWORD, value: x}`."""
    names = [node.get(field) for field in PAIR_NAMES]
    return any(name is not None and may_be_secret_key(name.text) for name in names)


def _is_secret_option(node: Node) -> bool:
    """Return whether an item is as `--api-key`, with its value as the next one."""
    if node.kind != SCALAR or not node.text.startswith("-") or "=" in node.text:
        return False
    return is_secret_key(node.text.strip("-"))
