"""Says why a text is no YAML, where, and what to write.

The parsers name the place at which they gave up. That can be pages
behind what is wrong: a quote that nothing closes goes to the end of the
file.
"""

from __future__ import annotations

import yaml

from stackcfg.light_typing import Final
from stackcfg.yamltext.document import ParseError

_QUOTES: Final = "write the string in quotes"
_INDENTATION: Final = "check how far this line and the lines above are indented"

_HINTS: Final = {
    "found character '\\t'": "use spaces instead of tabs",
    "found a tab character": "use spaces instead of tabs",
    "but got '?'": "quote a string that has a '?' in it",
    "mapping values are not allowed": "write a string with ': ' in it in quotes, "
    "or check how far the line is indented",
    "did not find expected key": _INDENTATION,
    "expected comment or line break": f"{_QUOTES}, or its text on the next lines",
    "expected node content": f"remove this character, or {_QUOTES}",
    "did not find expected '-' indicator": _INDENTATION,
    "expected <block end>": _INDENTATION,
    "could not find expected ':'": "write 'KEY: VALUE', or check how far the line is "
    "indented",
    "cannot start any token": _QUOTES,
    "expected alphabetic or numeric character": f"{_QUOTES} if it is no alias",
    "unknown escape character": "write '\\\\' for a backslash, or use single quotes",
    "undefined tag handle": "remove the tag",
    "incompatible YAML document": "write '%YAML 1.1', or remove the line",
    "block sequence entries are not allowed": "begin the list on a line of its own",
    "expected <document start>": "a run config is one mapping: remove what is no part "
    "of it",
}
"""What to write, by what the parsers say. The first that fits counts."""

_CLOSING: Final = {
    "while scanning a quoted scalar": "close the quote that begins here",
    "while scanning a double-quoted scalar": "close the quote that begins here",
    "while scanning a single-quoted scalar": "close the quote that begins here",
    "while parsing a flow sequence": "close the '[' with a ']', or write the ',' that "
    "is missing",
    "while parsing a flow mapping": "close the '{' with a '}', or write the ',' that "
    "is missing",
}
"""What to write where something is open, by what the parsers are reading."""

_FENCE: Final = "```"
_COPY_IT: Final = "put the run config of the block into a file of its own"

_NO_COLON: Final = "while scanning a simple key"
"""What is read where a line among keys is no key."""

_ODD_BREAKS: Final = "\x85\u2028\u2029"
"""Characters that end a line of YAML 1.1, and that no editor shows."""


def describe_reader_error(error: yaml.reader.ReaderError, text: str) -> ParseError:
    """Return why a text has characters that YAML does not allow."""
    offset = min(error.position, len(text))
    number = ord(text[offset : offset + 1] or "\0")
    hint = "remove it"
    if number == 0:
        hint = "remove it; if the file is UTF-16, convert it to UTF-8"
    message = f"not YAML text: the character U+{number:04X} is not allowed"
    return ParseError(message, offset, hint)


def describe_marked_error(error: yaml.MarkedYAMLError, text: str) -> ParseError:
    """Return why a text is no YAML, and where."""
    problem = error.problem or error.context or "cannot be read"
    offset = _find_place(error, text)
    if text.startswith(_FENCE, offset) and _begins_line(text, offset):
        return ParseError("not YAML: Markdown, with a block of code", offset, _COPY_IT)
    hint = _name_odd_break(text, offset)
    hint = hint or _find_hint(problem, error.context or "", text, offset)
    return ParseError(f"not valid YAML: {problem}", offset, hint)


def _find_place(error: yaml.MarkedYAMLError, text: str) -> int:
    """Return the offset of what is wrong."""
    mark = error.problem_mark or error.context_mark
    if error.context == _NO_COLON or _is_left_open(error, text):
        # the line that lacks a colon, and what is open, are not where this is noticed
        mark = error.context_mark or mark
    return mark.index if mark else 0


def _begins_line(text: str, offset: int) -> bool:
    line = text.rfind("\n", 0, offset) + 1
    return not text[line:offset].strip()


def _find_hint(problem: str, context: str, text: str, offset: int) -> str:
    """Return what to write, by what the parser says; empty if that is unknown."""
    if "node content" in problem and not text[offset:].strip():
        return "close the '[' or '{' that is open at the end of the file"
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    if hint == _INDENTATION:
        return _name_early_quote(text, offset) or hint
    return hint or _CLOSING.get(context, "")


def _is_left_open(error: yaml.MarkedYAMLError, text: str) -> bool:
    """Return whether something is open, and the next lines are not a part of it."""
    start, end = error.context_mark, error.problem_mark
    if error.context not in _CLOSING or start is None or end is None:
        return False
    if "scalar" in error.context:
        return "unexpected" in (error.problem or "")
    if "expected" not in (error.problem or "") or start.line == end.line:
        return False
    return _indentation(text, end.index) <= _indentation(text, start.index)


def _indentation(text: str, offset: int) -> int:
    """Return how far the line at an offset is indented; 0 at the end of the text."""
    line = text[text.rfind("\n", 0, offset) + 1 :].split("\n", 1)[0]
    return len(line) - len(line.lstrip(" "))


def _name_odd_break(text: str, offset: int) -> str:
    """Return what to do about an odd break that began the line at an offset."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    found = next((sign for sign in reversed(line) if sign in _ODD_BREAKS), "")
    if not found:
        return ""
    return f"remove the character U+{ord(found):04X}, at which YAML begins a new line"


def _name_early_quote(text: str, offset: int) -> str:
    """Return what to do where a quoted string ends, and its line goes on."""
    before = text[:offset].rstrip(" ")
    if not before.endswith(("'", '"')) or text[offset : offset + 1] in ("", "\n"):
        return ""
    return "the string ends at the quote before this place: quote all of it"
