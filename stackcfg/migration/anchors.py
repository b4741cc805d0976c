"""Shapes of a text that make edits fail: anchors, and keys written with '?'.

They are looked for when a proof has failed. Such a text is refused with
the line and what to do; any other failure of a proof is a bug of this
program.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.loading.config_positions import position_of_offset
from stackcfg.loading.errors import InputError
from stackcfg.migration.hop import HopResult
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import ALIAS, Node, end_of_entry, walk_nodes

_COMMENT: Final = lazy_pattern(r"(?:^|(?<=\s))#.*")


def refuse_split_anchor(result: HopResult) -> None:
    """Raise `InputError` if an anchor is in a part that moved, and its
    alias is not.
    """
    edits = result.edits
    for alias in _find_aliases(result):
        moved = [each for each in edits if each.start <= alias.target.start < each.end]
        if moved and not any(each.start <= alias.start < each.end for each in moved):
            source = result.config.document.source(alias)
            message = f"'{source}' names an anchor in a part that moves"
            hint = "write its value out, then migrate"
            raise _error_at(result, alias, message, hint)


def refuse_shared_anchor(result: HopResult) -> None:
    """Raise `InputError` if an alias stands for a part that changed.

    The change may not fit the place of the alias.
    """
    edits = result.edits
    for alias in _find_aliases(result):
        named = alias.target
        if any(named.start <= edit.start <= named.end for edit in edits):
            source = result.config.document.source(alias)
            message = (
                f"'{source}' names a part that changes, and not in the same "
                "way everywhere"
            )
            hint = "write its values out, then migrate"
            raise _error_at(result, alias, message, hint)


def refuse_explicit_key(result: HopResult) -> None:
    """Raise `InputError` if a key is written with '?': edits beside it
    can fail.
    """
    document = result.config.document
    for _, mapping in walk_nodes(document.root):
        end = mapping.start
        if mapping is document.root:
            end = document.start
        for entry in mapping.entries:
            key = entry[0]
            if "?" in _COMMENT.sub("", document.text[end : key.start]):
                message = "a key written with '?' cannot be edited"
                raise _error_at(result, key, message, "write it as 'key: value'")
            end = end_of_entry(entry)


def _find_aliases(result: HopResult) -> Iterator[Node]:
    for _, node in walk_nodes(result.config.document.root):
        if node.kind == ALIAS:
            yield node


def _error_at(
    result: HopResult,
    node: Node,
    message: str,
    hint: str,
) -> InputError:
    return InputError(message, position_of_offset(result.config, node.start), hint)
