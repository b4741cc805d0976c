"""Anchors under one key of a file that aliases elsewhere name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from stackcfg.paths import Path
from stackcfg.validation.inspection import Inspection
from stackcfg.yamltext.document import ALIAS, walk_nodes


def has_named_anchors(inspection: Inspection, path: Path) -> bool:
    """Return whether an alias outside of an entry names an anchor in its value.

    The entry is needed then, whatever the server does with its key.
    """
    aliases = _aliases(inspection)
    holder = inspection.document.root.at(path[:-1])
    entry = holder and holder.entry_of(path[-1])
    if not entry or not aliases:
        return False
    value = entry[1]
    for _, node in walk_nodes(value):
        if not node.anchor or node.start not in aliases:
            continue
        first, last = aliases[node.start]
        if first < value.start or last >= value.end:
            return True
    return False


# asked for each unknown key
@lru_cache(maxsize=1)
def _aliases(inspection: Inspection) -> Mapping[int, tuple[int, int]]:
    """Return the offsets of the first and the last alias of each value
    with an anchor, by the offset of the value.
    """
    found: dict[int, tuple[int, int]] = {}
    if "*" not in inspection.text:
        return found
    for _, node in walk_nodes(inspection.document.root):
        if node.kind == ALIAS:
            at = node.start
            first, last = found.get(node.target.start, (at, at))
            found[node.target.start] = min(first, at), max(last, at)
    return found
