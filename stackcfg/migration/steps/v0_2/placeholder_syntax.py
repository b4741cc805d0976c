"""Within 0.2: `${env.X:default}` becomes `${env.X:=default}` (0.2.13, upstream
#2490).

Likewise `${env.X+value}` becomes `${env.X:+value}`. Later releases read
the old form as literal text, without an error. They also give the value
of a variable a type (null, boolean, number, else string): a default of
digits no longer fits a field that wants a string.
"""

from __future__ import annotations

from collections.abc import Iterable

from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.migration.changes import (
    Changes,
    Notes,
    Put,
    expected_data,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.editor import Part
from stackcfg.paths import Data, Path, value_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import (
    PLACEHOLDER_START,
    add_default,
    find_old_operators,
    find_old_placeholder,
    may_be_empty,
    modernize_placeholders,
)
from stackcfg.yamltext.document import Node, ParseError
from stackcfg.yamltext.emit import emit_quoted

if TYPE_CHECKING:
    from stackcfg.validation.model_check import ModelError

EMPTY_SINCE = (0, 2, 14)
"""The first release that accepts an empty default (`${env.X:=}`, #2570)."""

NAMELESS = "\u200b"
"""The name in upstream's own files for a service without one: null is
refused.
"""

_EMPTY_DEFAULT = lazy_pattern(PLACEHOLDER_START + r":=\}")


def run(context: StepContext) -> Changes:
    """Rewrite every string that holds an old placeholder."""
    if find_old_placeholder(context.text.source) is None:
        return

    def find_parts(path: Path, node: Node) -> Iterable[Part]:
        return _parts_of(context, path, node)

    changes = list(context.text.rewrite_strings(_rewrite, find_parts))
    yield from changes
    puts = [change for change in changes if isinstance(change, Put)]
    data = expected_data(context.data, puts)
    changed = {put.path for put in puts}
    yield from _notes_on_types(context, data, changed)
    if context.version < EMPTY_SINCE:
        yield from _notes_on_empty_defaults(context, data, changed)


def _rewrite(path: Path, value: str) -> str:
    if find_old_placeholder(value) is None:
        return value
    new = modernize_placeholders(value)
    is_telemetry = path[:2] == ("providers", "telemetry")
    if is_telemetry and path[3:] == ("config", "service_name") and may_be_empty(new):
        return add_default(new, NAMELESS)
    return new


def _parts_of(context: StepContext, path: Path, node: Node) -> Iterable[Part]:
    """Return what is written where in a scalar.

    That is only the operators, so that quotes, folds and anchors stay.
    """
    new = _rewrite(path, node.text)
    source = context.text.source
    found = find_old_operators(source, node.start, node.end)
    is_plain = len(found) == len(find_old_operators(node.text, 0, len(node.text)))
    if is_plain and new == modernize_placeholders(node.text):
        return [_insertion(source, offset) for offset in found]
    # escapes hide the placeholder, or it gets a default
    if node.style in ("|", ">") or node.anchor is not None:
        hint = "write it without escapes"
        raise ParseError("a variable that is not in one piece", node.start, hint)
    return [(node.start, node.end, emit_quoted(new))]


def _insertion(source: str, offset: int) -> Part:
    """Return the character that makes an old operator a new one, and
    its place.
    """
    if source[offset] == ":":
        return offset + 1, offset + 1, "="
    return offset, offset, ":"


def _notes_on_types(context: StepContext, data: Data, changed: set[Path]) -> Notes:
    """Report each changed value whose new type the target refuses."""
    from stackcfg.validation.config_check import find_model_errors  # of old files only
    from stackcfg.validation.model_check import HARMLESS

    declared = context.store_fields.declared
    for error in find_model_errors(data, declared, context.version):
        if error.path in changed and error.kind not in HARMLESS:
            yield from _note_on_type(context, error)


def _note_on_type(context: StepContext, error: ModelError) -> Notes:
    name = str(error.path[-1])
    if error.value is None:
        message = (
            f"'{name}' is refused since 0.2.13 as null while its variable is not set; "
            "give it a default"
        )
        yield context.check(message, error.path)
        return
    if not isinstance(error.value, bool | int | float):
        return
    kind = "a boolean" if isinstance(error.value, bool) else "a number"
    wanted = ""
    if error.expected:
        release = format_release(context.version)
        wanted = f", {release} wants {error.expected}"
    message = (
        f"the default of '{name}' is read as {kind} since 0.2.13{wanted}; change it"
    )
    yield context.action_required(message, error.path)


def _notes_on_empty_defaults(
    context: StepContext, data: Data, changed: set[Path]
) -> Notes:
    release = format_release(context.version)
    for path in sorted(changed, key=context.text.offset):
        if _EMPTY_DEFAULT.search(str(value_at(data, path))):
            message = f"{release} refuses the empty default of '{path[-1]}'; write one"
            yield context.action_required(message, path)
