"""Why the edits of a hop failed, where the shape of the text explains it: anchors, and keys written with '?'.

Such texts are refused with the line and what to do; any other failure of the proof is a fault of this program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stackcfg.loading.configs import position_of_offset
from stackcfg.loading.errors import InputError
from stackcfg.migration.hop import HopResult
from stackcfg.yamltext.document import ALIAS, Node, walk_nodes
from stackcfg.yamltext.edits import Edit

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#.*")


def refuse_split_anchor(result: HopResult) -> None:
    """Raise `InputError` where an anchor is in a part that moved, and an alias of it outside of that part."""
    edits = result.edits
    for alias in _aliases(result):
        moved = [edit for edit in edits if edit.start <= alias.target.start < edit.end]
        if moved and not any(edit.start <= alias.start < edit.end for edit in moved):
            source = result.config.document.source(alias)
            message = f"'{source}' names an anchor in a part that moves"
            raise _input_error(
                result, message, alias, "write its value out, then migrate"
            )


def refuse_shared_anchor(result: HopResult) -> None:
    """Raise `InputError` where an alias names a part that changed: the change may not fit the place of the alias."""
    edits = result.edits
    for alias in _aliases(result):
        if any(_is_within(alias.target, edit) for edit in edits):
            source = result.config.document.source(alias)
            message = f"'{source}' names a part that changes, and not in the same way everywhere"
            raise _input_error(
                result, message, alias, "write its values out, then migrate"
            )


def refuse_explicit_key(result: HopResult) -> None:
    """Raise `InputError` where a key is written with '?': edits beside it can fail."""
    document = result.config.document
    for _, mapping in walk_nodes(document.root):
        end = mapping.start
        if mapping is document.root:
            end = document.start
        for key, value in mapping.entries:
            before = _COMMENT.sub("", document.text[end : key.start])
            if "?" in before:
                message = "a key written with '?' cannot be edited"
                raise _input_error(result, message, key, "write it as 'key: value'")
            end = max(key.end, value.end)


def _aliases(result: HopResult) -> Iterator[Node]:
    for _, node in walk_nodes(result.config.document.root):
        if node.kind == ALIAS:
            yield node


def _is_within(node: Node, edit: Edit) -> bool:
    return node.start <= edit.start <= node.end


def _input_error(result: HopResult, message: str, node: Node, hint: str) -> InputError:
    position = position_of_offset(result.config, node.start)
    return InputError(message, position, hint)
