"""Within 0.2: `${env.X:default}` becomes `${env.X:=default}`, `${env.X+value}` `${env.X:+value}` (0.2.13, #2490).

Later releases take the old form as literal text, without an error. They also give what comes out of a variable a type
(null, boolean, number, else text): a default of digits no longer fits a field that wants text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    CHECK,
    Change,
    Put,
    StepNote,
    expected_data,
)
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, value_at
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import (
    PLACEHOLDER_START,
    add_default,
    find_old_placeholder,
    may_be_empty,
    modernize_placeholders,
)
from stackcfg.yamltext.document import SCALAR, Node, ParseError, walk_nodes
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import emit_quoted

EMPTY_SINCE: Final = (0, 2, 14)
"""The first release that takes a default of nothing (`${env.X:=}`, #2570)."""

NAMELESS: Final = "\u200b"
"""What upstream's own files give telemetry for a service without a name: null is refused."""

_OLD: Final = re.compile(PLACEHOLDER_START + r"(?::(?![=+])|\+)(?=[^}]*\})")
_EMPTY: Final = re.compile(PLACEHOLDER_START + r":=\}")


def run(context: StepContext) -> Iterator[Change]:
    """Rewrite every value that holds one. Only an operator is put in: quotes, folds and anchors stay."""
    if find_old_placeholder(context.text.document.text) is None:
        return
    puts = list(_puts(context.data, ()))
    yield from puts
    for path, node in walk_nodes(context.text.root):
        if (
            node.kind == SCALAR
            and node.text
            and find_old_placeholder(node.text) is not None
        ):
            yield from _edits(context, path, node)
    yield from _types(context, puts)


def _puts(value: Any, path: Path) -> Iterator[Put]:
    """The same on the data, where an anchor's value may stand in several places."""
    if isinstance(value, str):
        if find_old_placeholder(value) is not None:
            yield Put(path, _new(path, value))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _puts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _puts(item, (*path, index))


def _new(path: Path, value: str) -> str:
    new = modernize_placeholders(value)
    nameless = (
        path[:2] == ("providers", "telemetry")
        and path[3:] == ("config", "service_name")
        and may_be_empty(new)
    )
    return add_default(new, NAMELESS) if nameless else new


def _edits(context: StepContext, path: Path, node: Node) -> Iterator[Edit]:
    new = _new(path, node.text)
    found = list(_OLD.finditer(context.text.document.text, node.start, node.end))
    if len(found) == len(_OLD.findall(node.text)) and new == modernize_placeholders(
        node.text
    ):
        for match in found:
            place = match.end() if match.group().endswith(":") else match.end() - 1
            yield Edit(place, place, ("=" if match.group().endswith(":") else ":",))
    elif (
        node.style not in ("|", ">") and node.anchor is None
    ):  # escapes hide it, or it gets a default
        yield Edit(node.start, node.end, (emit_quoted(new),))
    else:
        raise ParseError(
            "a variable that is not written in one piece",
            node.start,
            "write it without escapes",
        )


def _types(context: StepContext, puts: list[Put]) -> Iterator[StepNote]:
    """What the new server makes of the values, where it would refuse them."""
    from stackcfg.validation.inspection import Inspection  # only for files that old
    from stackcfg.validation.model_check import HARMLESS

    version = context.release.target.last
    document = context.text.document
    text = modernize_placeholders(document.text[document.start : document.end])
    data = expected_data(context.data, puts)
    inspection = Inspection(
        document._replace(text=text, start=0, end=len(text)),
        data,
        context.store_fields,
        version,
    )
    changed = {put.path for put in puts}
    for each in inspection.model_errors:
        if each.path not in changed or each.kind in HARMLESS:
            continue
        name, where = str(each.path[-1]), context.text.offset(each.path)
        if each.value is None:
            message = f"'{name}' is null from 0.2.13 on while its variable is not set, and refused: give it a default"
            yield StepNote(CHECK, message, where)
        elif isinstance(each.value, bool | int | float):
            became = "a boolean" if isinstance(each.value, bool) else "a number"
            wanted = (
                f", {format_release(version)} wants {each.expected}"
                if each.expected
                else ""
            )
            yield StepNote(
                ACTION_REQUIRED,
                f"the default of '{name}' is read as {became} from 0.2.13 on{wanted}: change it",
                where,
            )
    if version < EMPTY_SINCE:
        for path in sorted(changed, key=context.text.offset):
            if _EMPTY.search(str(value_at(data, path))):
                message = f"'{path[-1]}' has an empty default, which {format_release(version)} does not take: write one"
                yield StepNote(ACTION_REQUIRED, message, context.text.offset(path))
