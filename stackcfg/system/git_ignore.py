"""The rules of a `.gitignore`, read without git: what a folder holds
can make git run a program.

The patterns are those of gitignore(5); names are bytes, as they are for
git. Each pattern with wildcards becomes a regular expression whose time
grows with the length of the name and not faster: what is before a `*`
or `**` matches at its first place, and no other is tried (the atomic
groups).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Final, NamedTuple

FOLDER_MARK: Final = b"\0"
"""Ends the path of a folder; no name has this byte."""

_NAME: Final = re.compile(
    rb"""(?sx) (?: \[[!^]?\]?(?:\[:[a-z]*:\]|\\.|(?!\[:[a-z]*:\])[^]\\])*\]
    | \[.* | \\. | [^/\[] )+"""
)
"""A name in a pattern with slashes; one in brackets separates no names."""

_TOKEN: Final = re.compile(
    rb"""(?sx) (?P<star>\*+) | (?P<any>\?) | \\(?P<escaped>.)
    | \[(?P<negated>[!^]?)(?P<set>\]?(?:\[:[a-z]*:\]|\\.|(?!\[:[a-z]*:\])[^]\\])*)\]
    | (?P<broken>[\[\\].*) | (?P<plain>[^*?\\\[]+)"""
)
"""A piece of a name in a pattern. A bracket or a backslash without what
belongs to it matches nothing.
"""

_SET_ITEM: Final = re.compile(
    rb"(?s)\[:(?P<class>[a-z]*):\]|\\?(?P<low>.)(?:-\\?(?P<high>.))?"
)
_CLASSES: Final = {
    b"alnum": rb"0-9A-Za-z",
    b"alpha": rb"A-Za-z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": rb"0-9",
    b"graph": rb"!-~",
    b"lower": rb"a-z",
    b"print": rb" -~",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb" \t-\r",
    b"upper": rb"A-Z",
    b"xdigit": rb"0-9A-Fa-f",
}
_LITERAL: Final = re.compile(rb"(?s)(?:\*(?=\.[^./]*\Z))?[^*?\[\\]+\Z")
_MAX_PATTERN: Final = 4096
"""Bytes of a pattern; no path is longer."""

_ANY: Final = rb"[^/\0]"
_NOTHING: Final = rb"(?!)"


class IgnoreRules(NamedTuple):
    """The patterns of one file; of those that match a path the last one decides.

    `literals` has the number of each pattern that needs no expression:
    by name, by `*.` and the last part of a name, or by `/` and the
    path. `numbers` are those of the groups of the expression. `ignores`
    says for each pattern whether it ignores; one with `!` does not.
    """

    literals: Mapping[bytes, int]
    expression: re.Pattern[bytes]
    numbers: tuple[int, ...]
    ignores: tuple[bool, ...]

    def decide(self, path: bytes) -> bool | None:
        """Return whether a path is ignored; None where no pattern matches it.

        The path starts in the folder of the file.
        """
        name = path[path.rfind(b"/") + 1 :]
        number_of = self.literals.get
        number = max(
            number_of(name, -1),
            number_of(b"/" + path, -1),
            number_of(b"*" + name[name.rfind(b".") :], -1),
        )
        match = self.expression.match(path)
        if match is not None and match.lastindex is not None:
            number = max(number, self.numbers[match.lastindex - 1])
        if number < 0:
            return None
        return self.ignores[number]


def parse_rules(content: bytes) -> IgnoreRules:
    """Return the rules that the content of a `.gitignore` holds."""
    literals: dict[bytes, int] = {}
    expressions: list[bytes] = []
    numbers: list[int] = []
    # of equal patterns the last one counts, and it alone
    patterns = list(dict.fromkeys(reversed(list(_read_patterns(content)))))
    patterns.reverse()
    for number, pattern in enumerate(patterns):
        body = pattern.removeprefix(b"!")
        key = _literal_key(body)
        if key is None:
            expressions.append(_translate_pattern(body) + b"()")
            numbers.append(number)
        else:
            literals[key + FOLDER_MARK] = number
            if not body.endswith(b"/"):
                literals[key] = number
    # the first alternative that matches is taken, and the last pattern counts
    expressions.reverse()
    numbers.reverse()
    whole = b"|".join(expressions) or _NOTHING
    ignores = tuple(not pattern.startswith(b"!") for pattern in patterns)
    return IgnoreRules(literals, re.compile(whole), tuple(numbers), ignores)


def _read_patterns(content: bytes) -> Iterator[bytes]:
    for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        pattern = _strip_spaces(line.removesuffix(b"\r"))
        has_name = pattern.removeprefix(b"!").strip(b"/")
        is_usable = has_name and len(pattern) <= _MAX_PATTERN
        if is_usable and not pattern.startswith(b"#"):
            yield pattern


def _literal_key(pattern: bytes) -> bytes | None:
    """Return the key of a pattern that needs no expression; None if it
    needs one.
    """
    path = pattern.removesuffix(b"/")
    if not _LITERAL.match(path):
        return None
    if b"/" in path:
        return b"/" + path.removeprefix(b"/")
    return path


def _strip_spaces(line: bytes) -> bytes:
    """Remove the spaces at the end of a line, except one behind a backslash."""
    stripped = line.rstrip(b" ")
    backslashes = len(stripped) - len(stripped.rstrip(b"\\"))
    if backslashes % 2 and stripped != line:
        return stripped + b" "
    return stripped


def _translate_pattern(pattern: bytes) -> bytes:
    """Return the expression for a pattern; one without an inner slash
    is for names in all folders.
    """
    end = rb"\0?\Z"
    if pattern.endswith(b"/"):
        end = rb"\0\Z"
    path = pattern.removesuffix(b"/")
    if b"/" in path:
        return _translate_path(path.removeprefix(b"/")) + end
    return rb"(?>(?:[^\0]*/)?)" + _translate_name(path) + end


def _translate_path(path: bytes) -> bytes:
    runs: list[list[bytes]] = [[]]
    for name in _NAME.findall(path):
        if name.startswith(b"**") and not name.strip(b"*"):
            runs.append([])
        else:
            runs[-1].append(_translate_name(name))
    first, *others = [b"/".join(run) for run in runs]
    if not others:
        return first
    *inner, last = others
    whole = _with_slash(first)
    for run in filter(None, inner):
        whole += rb"(?>(?:[^/\0]+/)*?" + _with_slash(run) + b")"
    if not last:
        return whole + rb"[^\0]+"
    return whole + rb"(?:[^/\0]+/)*" + last


def _with_slash(run: bytes) -> bytes:
    return run and run + b"/"


def _translate_name(name: bytes) -> bytes:
    pieces = [b""]
    for token in _TOKEN.finditer(name):
        if token["star"]:
            pieces.append(b"")
        else:
            pieces[-1] += _translate_token(token)
    first, *others = pieces
    if not others:
        return first
    *inner, last = others
    for piece in inner:
        first += b"(?>" + _ANY + b"*?" + piece + b")"
    return first + _ANY + b"*" + last


def _translate_token(token: re.Match[bytes]) -> bytes:
    if token["any"]:
        return _ANY
    if token["broken"]:
        return _NOTHING
    if token["set"]:
        return _translate_set(token["set"], bool(token["negated"]))
    return re.escape(token["plain"] or token["escaped"])


def _translate_set(body: bytes, negated: bool) -> bytes:
    items = b""
    for item in _SET_ITEM.finditer(body):
        if item["class"] is not None:
            known = _CLASSES.get(item["class"])
            if known is None:
                return _NOTHING
            items += known
        else:
            items += _translate_range(item["low"], item["high"])
    if negated:
        return rb"[^/\0" + items + b"]"
    return rb"(?![/\0])[" + items + b"]"


def _translate_range(low: bytes, high: bytes | None) -> bytes:
    # in a range that runs backwards only its first character counts
    if high is None or high < low:
        return re.escape(low)
    return re.escape(low) + b"-" + re.escape(high)
