"""Which lines of a migrated text are which lines of a template."""

from __future__ import annotations

from collections.abc import Container, Sequence
from difflib import SequenceMatcher

from stackcfg.light_typing import NamedTuple
from stackcfg.yamltext.template_blocks import Written

Key = tuple[str, ...]

_ANY = "*"


class Inserted(NamedTuple):
    """A line that a migration wrote, and the lines of the template around it.

    `replaced` is the first of the lines between them that the migration took
    away.
    """

    text: str
    after: int
    before: int
    replaced: int | None = None


class Alignment(NamedTuple):
    """What became of the lines that a template writes for one choice.

    `kept` has the new text of each line that is still there.
    """

    kept: dict[int, str]
    inserted: list[Inserted]


def align(
    old: Sequence[Written],
    new: Sequence[str],
    start: int,
    end: int,
    headers: Container[int] = (),
) -> Alignment:
    """Return what became of the lines of a template between `start` and `end`.

    `headers` are keys that may have another name now.
    """
    kept: dict[int, str] = {}
    inserted: list[Inserted] = []
    names = [each.number in headers for each in old]
    pairs = _find_pairs([each.text for each in old], new, names)
    first = last = 0
    after = start - 1
    for index, place in pairs:
        before = end
        if index < len(old):
            before = old[index].number
            kept[before] = new[place]
        replaced = None
        if first < index:
            replaced = old[first].number
        inserted += [
            Inserted(text, after, before, replaced) for text in new[last:place]
        ]
        first, last, after = index + 1, place + 1, before
    return Alignment(kept, inserted)


def _find_pairs(
    old: Sequence[str], new: Sequence[str], names: Sequence[bool]
) -> list[tuple[int, int]]:
    """Return the indexes of equal lines.

    Lines that stay as they are come first, then those that get another
    indentation or become a comment, then sections that get below others, at last
    keys that get another name, if they may.
    """
    keys = (
        (_exact_keys(old), _exact_keys(new)),
        (_keys_of(old), _keys_of(new)),
        (_section_keys(old), [(_content(line),) for line in new]),
        (_header_keys(old, names), _header_keys(new, [True] * len(new))),
    )
    ends = (len(old), len(new))
    pairs = [ends]
    for olds, news in keys:
        found: list[tuple[int, int]] = []
        first = second = 0
        for index, place in pairs:
            matches = _matches(olds[first:index], news[second:place])
            found += [(first + one, second + other) for one, other in matches]
            found.append((index, place))
            first, second = index + 1, place + 1
        pairs = found
    return pairs


def _matches(old: Sequence[object], new: Sequence[object]) -> list[tuple[int, int]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    found: list[tuple[int, int]] = []
    for block in matcher.get_matching_blocks():
        found += [(block.a + step, block.b + step) for step in range(block.size)]
    return found


def _content(line: str) -> str:
    """Return a line without indentation, and without the sign of a comment."""
    return line.strip().removeprefix("# ").strip()


def _column(line: str) -> int:
    """Return the column of the content of a line, as if it were no comment.

    An item of a list is below the key of the list, whatever its column.
    """
    text = line
    if line.lstrip().startswith("# "):
        text = line.replace("# ", "", 1)
    content = text.lstrip(" ")
    return len(text) - len(content) + content.startswith("- ")


def _exact_keys(lines: Sequence[str]) -> list[Key]:
    """Return for each line all of it, with the lines that it is below."""
    return [(line, *key) for line, key in zip(lines, _keys_of(lines), strict=True)]


def _section_keys(lines: Sequence[str]) -> list[Key]:
    """Return for each line that is below no other its content; others equal
    nothing.
    """
    keys: list[Key] = []
    for number, key in enumerate(_keys_of(lines)):
        if len(key) > 1:
            key = (*key, str(number))
        keys.append(key)
    return keys


def _header_keys(lines: Sequence[str], names: Sequence[bool]) -> list[Key]:
    """Return for each key with lines below it what it is below; others equal
    nothing, as those do that keep their name or are below no other.
    """
    keys: list[Key] = []
    for number, key in enumerate(_keys_of(lines)):
        content, *around = key
        if names[number] and around and content.endswith(":"):
            keys.append((_ANY, *around))
        else:
            keys.append((str(id(lines)), str(number)))
    return keys


def _keys_of(lines: Sequence[str]) -> list[Key]:
    """Return for each line its content, the line above it, and its list item."""
    above: list[tuple[int, str]] = []
    keys: list[Key] = []
    for line in lines:
        content, column = _content(line), _column(line)
        while above and above[-1][0] >= column:
            above.pop()
        items = [each for _, each in above if each.startswith("- ")]
        keys.append((content, *(each for _, each in above[-1:]), *items[-1:]))
        above.append((column, content))
    return keys
