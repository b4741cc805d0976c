"""Actions of a template that write a value of its chart as YAML, on
lines of their own.
"""

from __future__ import annotations

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.template_lines import ELSE, END, OPEN, TemplateLine

ValuePath = tuple[str, ...]
"""The keys that lead to a value in the values of a chart."""

_NESTED: Final = "nindent"
_ACTION: Final = lazy_pattern(
    r"(?P<pad>\s*)\{\{(?P<trim>-?)\s*"
    r"(?:toYaml\s+(?P<value>[$.\w]+)|(?P<piped>[$.\w]+)\s*\|\s*toYaml)"
    r"\s*\|\s*(?P<function>n?indent)\s+(?P<indent>\d+)\s*\}\}\s*"
)
_INDENT: Final = lazy_pattern(r"(?<=indent )\s*\d+")
_HEAD: Final = lazy_pattern(r"(?P<keyword>if|with|range)\s+(?P<asked>.+)")
_PATH: Final = lazy_pattern(r"\.\w+(?:\.\w+)*")
_CONJUNCTION: Final = lazy_pattern(r"and(?:\s+[$.\w]+)*\s+(?P<last>[$.\w]+)")
_IF: Final = "if"
_WITH: Final = "with"
_DOT: Final = "."


class ValueAction(NamedTuple):
    """An action that writes a value, with `indent` spaces before each line.

    `expression` is the value as the action has it.
    """

    expression: str
    indent: int


def read_value_action(line: str) -> ValueAction | None:
    """Return the action that a line of a template is, None if it is another one."""
    match = _ACTION.fullmatch(line)
    if match is None:
        return None
    if match["function"] != _NESTED and (match["pad"] or match["trim"]):
        # the first line gets what is before the action, too
        return None
    expression = match["value"] or match["piped"]
    return ValueAction(expression, int(match["indent"]))


def with_indent(line: str, indent: int) -> str:
    """Return the line of an action that writes its value with
    another indentation.
    """
    return _INDENT.sub(str(indent), line, count=1)


class OpenBlock(NamedTuple):
    """A block around a line: the value that it asks for, and what `.` is in it.

    Both are None if they are no value of the chart. `rebinds`: the
    block gives `.` another meaning.
    """

    asked: ValuePath | None
    rebinds: bool


class Blocks:
    """The blocks around the lines of a template, read one after the other."""

    def __init__(self) -> None:
        self._open: list[OpenBlock] = []

    def read(self, line: TemplateLine) -> None:
        """Take the next line."""
        if line.kind == OPEN:
            self._open.append(self._block(line.body))
        elif line.kind == ELSE and self._open:
            self._open.pop()
            self._open.append(self._block(line.body))
        elif line.kind == END and self._open:
            self._open.pop()

    def path_of(self, expression: str) -> ValuePath | None:
        """Return which value of the chart an expression is; None if none."""
        around = [each for each in self._open if each.rebinds]
        if expression.startswith("$."):
            return _path_from((), expression[1:], is_root=True)
        if not around:
            return _path_from((), expression, is_root=True)
        if around[-1].asked is None:
            return None
        return _path_from(around[-1].asked, expression, is_root=False)

    def asked_part(self, path: ValuePath) -> ValuePath | None:
        """Return what the innermost block asks for if it is a value, or
        one that the value is in.
        """
        if not self._open:
            return None
        asked = self._open[-1].asked
        if not asked or path[: len(asked)] != asked:
            return None
        return asked

    def _block(self, body: str) -> OpenBlock:
        head = _HEAD.fullmatch(body)
        if head is None:
            return OpenBlock(None, rebinds=False)
        keyword, expression = head["keyword"], head["asked"].strip()
        conjunction = _CONJUNCTION.fullmatch(expression)
        if conjunction is not None and keyword == _IF:
            # its last part is the most special one
            expression = conjunction["last"]
        asked = None
        if keyword in (_IF, _WITH):
            asked = self.path_of(expression)
        return OpenBlock(asked, rebinds=keyword != _IF)


def _path_from(start: ValuePath, expression: str, is_root: bool) -> ValuePath | None:
    if expression == _DOT:
        return start or None
    if not _PATH.fullmatch(expression):
        return None
    parts = tuple(expression[1:].split("."))
    if not is_root:
        return (*start, *parts)
    if parts[0] != "Values" or len(parts) < 2:
        return None
    return parts[1:]
