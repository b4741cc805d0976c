"""What nodes mean to `yaml.safe_load`, as plain data; merge keys applied."""

from __future__ import annotations

from stackcfg.light_typing import Any
from stackcfg.yamltext.document import (
    MAPPING,
    SCALAR,
    SEQUENCE,
    Entry,
    Mapping,
    Node,
    ParseError,
    value_of,
)
from stackcfg.yamltext.scalars import MERGE, REFUSED_TAG, VALUE, resolve_tag

_SET = "tag:yaml.org,2002:set"
_ALLOWED_TAGS = {
    MAPPING: (None, "!", "tag:yaml.org,2002:map"),
    SEQUENCE: (None, "!", "tag:yaml.org,2002:seq"),
}


def data_of(node: Node) -> Any:
    """Return what a node means; `ParseError` for what `safe_load` refuses."""
    # asked of each node of a document, most of which are scalars
    if node.kind == SCALAR:
        return value_of(node)
    if node.named is not None:
        return data_of(node.named)
    if isinstance(node, Mapping):
        return _data_of_mapping(node)
    _refuse_tag(node)
    return [data_of(item) for item in node.items]


def _data_of_mapping(node: Mapping) -> Any:
    if node.has_word_keys and node.tag is None:
        return {key.text: data_of(value) for key, value in node.entries}
    if node.tag == _SET:
        return {name_of(key) for key, _ in merged_entries(node)}
    _refuse_tag(node)
    return {name_of(key): data_of(value) for key, value in merged_entries(node)}


def _refuse_tag(node: Node) -> None:
    """Raise `ParseError` for a list or mapping with the tag of something else."""
    if node.tag not in _ALLOWED_TAGS[node.kind]:
        message = f"a {node.kind} cannot have the tag '{node.tag}'"
        raise ParseError(message, node.start, REFUSED_TAG)


def name_of(key: Node) -> Any:
    """Return what a key means: the same as a value, but `=` is a string."""
    node = key
    if node.kind != SCALAR:
        node = key.target
    if node.kind != SCALAR:
        message = "a list or mapping cannot be a key"
        raise ParseError(message, key.start, "quote it if it is a string")
    if (node.text == "=" or node.tag is not None) and _tag_of(node) == VALUE:
        return node.text
    return value_of(node)


def is_merge(key: Node) -> bool:
    """Return whether a key is the merge key, `<<`."""
    if key.text != "<<" and key.tag is None:
        return False
    return key.kind == SCALAR and _tag_of(key) == MERGE


def _tag_of(node: Node) -> str:
    return resolve_tag(node.text, node.style is None, node.tag)


def merged_entries(node: Node) -> list[Entry]:
    """Return the entries of a mapping with merge keys applied.

    Own keys win and come last. Of a list of merged mappings the last
    one wins, as in PyYAML 6.0.4. By YAML itself, and in PyYAML up to
    6.0.3, the first one wins.
    """
    node = node.target
    for key, _ in node.entries:
        # the condition of `is_merge` that fails first, for speed
        if (key.text == "<<" or key.tag is not None) and is_merge(key):
            break
    else:
        return node.entries
    last: dict[Any, Entry] = {}
    for key, value in _flatten(node):
        name = name_of(key)
        last.pop(name, None)
        last[name] = (key, value)
    return list(last.values())


def _flatten(node: Node) -> list[Entry]:
    """Return the merged entries and then the own ones; keys may repeat."""
    merged: dict[Node | str, Entry] = {}
    own: list[Entry] = []
    for entry in node.entries:
        if not is_merge(entry[0]):
            own.append(entry)
            continue
        for source in _merge_sources(entry[1]):
            for key, value in _flatten(source):
                # A key that an alias merges twice keeps its first place. PyYAML
                # knows it by the
                # identity of its text, and Python has each one-character string
                # only once.
                text = key.target.text
                identity = text if len(text) < 2 else key.target
                merged.setdefault(identity, (key, value))
    return [*merged.values(), *own]


def _merge_sources(value: Node) -> list[Node]:
    """Return the mappings that a merge key names."""
    sources = [value.target]
    if sources[0].kind == SEQUENCE:
        sources = [item.target for item in sources[0].items]
    if any(source.kind != MAPPING for source in sources):
        message = "a merge key '<<' must name a mapping"
        raise ParseError(message, value.start, "write an alias: '<<: *NAME'")
    return sources
