"""Finds the secrets of a YAML document: by their keys, and by what they look like."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.keys import is_secret_key, may_be_secret_key
from stackcfg.redaction.secrets import SHORT, is_distinctive
from stackcfg.redaction.values import find_secret_parts
from stackcfg.redaction.words import PUBLIC_FIELDS, TOKEN
from stackcfg.yamltext.document import MAPPING, SCALAR, Document, Node
from stackcfg.yamltext.embedded import embedded_texts

SECRET_SECTIONS: Final = ("data", "stringData")
"""The sections of a Kubernetes Secret, all values of which are secret."""

PAIR_NAMES: Final = ("name", "key")
"""The field that names what is in the field `value` beside it."""

_NUMBER: Final = lazy_pattern(r"-?\d+(?:\.\d+)?")


class Scalars:
    """The scalars and keys of a document, without texts that hold documents."""

    def __init__(self, secret: tuple[Node, ...], other: tuple[Node, ...]) -> None:
        self.secret = secret
        self.other = other

    def is_secret(self, node: Node) -> bool:
        """Return whether a scalar is secret by the keys above it."""
        return id(node) in self._secret_ids

    @cached_property
    def _secret_ids(self) -> frozenset[int]:
        """The identities of the secret nodes."""
        return frozenset(map(id, self.secret))

    @cached_property
    def values(self) -> frozenset[str]:
        """The secret values that nothing public in the document is equal to."""
        secret: set[str] = set()
        for node in self.secret:
            text = node.text
            for start, end in find_secret_parts(text, 0, len(text)):
                secret.add(text[start:end])
        public = {node.text for node in self.other}
        return frozenset(secret - public)

    @cached_property
    def _by_start(self) -> Mapping[str, list[str]]:
        """The secret values that are no words of a message by chance,
        by their first letters.
        """
        found: dict[str, list[str]] = {}
        for value in filter(is_distinctive, self.values):
            found.setdefault(value[:SHORT], []).append(value)
        return found

    def begun_in(self, words: str) -> set[str]:
        """Return the distinctive secret values whose beginning is in some words."""
        begun: set[str] = set()
        if self._by_start:
            for place in range(len(words) - SHORT + 1):
                begun.update(self._by_start.get(words[place : place + SHORT], ()))
        return begun


# asked for every finding of a file, so that the answers are kept
@lru_cache(maxsize=2)
def sort_scalars(document: Document) -> Scalars:
    """Return which scalars of a document are secret by the keys above them."""
    sorter = _Sorter(document)
    sorter.visit(document.root)
    return sorter.result()


class _Sorter:
    """Sorts the scalars below a node, each once."""

    def __init__(self, document: Document) -> None:
        self._root = document.root.target
        self._held = {id(each.node) for each in embedded_texts(document)}
        self._secret: dict[int, Node] = {}
        self._other: dict[int, Node] = {}
        self._seen: set[tuple[int, bool]] = set()

    def result(self) -> Scalars:
        """Return what was found; a scalar that is secret at one place is secret."""
        secret = self._secret
        shown = [node for name, node in self._other.items() if name not in secret]
        return Scalars(tuple(secret.values()), tuple(shown))

    def visit(
        self, node: Node, is_secret: bool = False, may_be_count: bool = False
    ) -> None:
        """Sort the scalars at a node and below it.

        `is_secret` is true below a secret key. Where the value may be a
        count, as of tokens, a number is no secret.
        """
        # an alias may make a value secret that has a harmless key
        node = node.target
        name = id(node)
        if node.kind == SCALAR and not is_secret:
            # most are so
            if name not in self._held:
                self._other[name] = node
            return
        if name in self._held or (name, is_secret) in self._seen:
            return
        self._seen.add((name, is_secret))
        if node.kind == MAPPING:
            self._visit_mapping(node, is_secret)
        elif node.kind != SCALAR:
            self._visit_list(node, is_secret, may_be_count)
        elif _is_harmless(node, may_be_count):
            self._other[name] = node
        else:
            self._secret[name] = node

    def _visit_list(
        self,
        node: Node,
        is_secret: bool,
        may_be_count: bool,
    ) -> None:
        is_value = False
        for item in node.items:
            self.visit(item, is_secret or is_value, may_be_count)
            is_value = _is_secret_option(item.target)

    def _visit_mapping(self, node: Node, is_below_secret: bool) -> None:
        is_kubernetes_secret = node is self._root and _is_kubernetes_secret(node)
        for key, value in node.entries:
            name = key.target.text
            is_secret = _is_secret_field(name, is_below_secret)
            if is_kubernetes_secret:
                is_secret = name in SECRET_SECTIONS
            elif name == "value" and _names_a_secret(node):
                is_secret = True
            self.visit(value, is_secret, is_secret and _may_be_count(name))
            # `{password: {hunter2}}` has the secret as a key, `{{ x }}` is a template
            is_lone = is_below_secret and key.kind == SCALAR and value.is_null
            self.visit(key, is_lone)


def _is_harmless(node: Node, may_be_count: bool) -> bool:
    """Return whether the value of a secret key is no secret: null, or a count."""
    if node.is_null:
        return True
    return may_be_count and _NUMBER.fullmatch(node.text) is not None


def _is_kubernetes_secret(root: Node) -> bool:
    """Return whether a document is an object of the kind Secret."""
    kind = root.get("kind")
    return kind is not None and kind.text == "Secret"


@lru_cache(maxsize=4096)
def _is_secret_field(name: str, is_below_secret: bool) -> bool:
    """Return whether the value of a field is secret by its key or one above."""
    if is_below_secret and name.lower() not in PUBLIC_FIELDS:
        return True
    return may_be_secret_key(name)


@lru_cache(maxsize=4096)
def _may_be_count(name: str) -> bool:
    """Return whether the value of a field may be a number of tokens."""
    return name.lower().endswith(f"{TOKEN}s")


def _names_a_secret(node: Node) -> bool:
    """Return whether a mapping with a value is as `{name: PASSWORD, value: x}`."""
    for field in PAIR_NAMES:
        named = node.get(field)
        if named is not None and may_be_secret_key(named.text):
            return True
    return False


def _is_secret_option(node: Node) -> bool:
    """Return whether an item is as `--api-key`, with its value as the next one."""
    if node.kind != SCALAR or not node.text.startswith("-") or "=" in node.text:
        return False
    return is_secret_key(node.text.strip("-"))
