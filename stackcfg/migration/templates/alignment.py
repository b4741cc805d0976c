"""Which lines of a migrated text are which lines of a template."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from stackcfg.light_typing import NamedTuple
from stackcfg.yamltext.template_blocks import Written

Key = tuple[str, ...]
"""By which lines of an old and of a new text are the same."""

Pair = tuple[int, int]
"""The index of an old line, and of the new line that it became."""

_ANY_NAME = "*"


class Inserted(NamedTuple):
    """A line that a migration wrote, and the lines of the template around it.

    `replaced` is the first of the lines between them that the migration
    took away.
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
    headers: Container[int],
) -> Alignment:
    """Return what became of the lines of a template between `start` and `end`.

    `headers` are keys that may have another name now.
    """
    kept: dict[int, str] = {}
    inserted: list[Inserted] = []
    is_header = [each.number in headers for each in old]
    pairs = _find_pairs([each.text for each in old], new, is_header)
    next_old = next_new = 0
    after = start - 1
    for old_index, new_index in pairs:
        before = end
        if old_index < len(old):
            before = old[old_index].number
            kept[before] = new[new_index]
        replaced = None
        if next_old < old_index:
            replaced = old[next_old].number
        for text in new[next_new:new_index]:
            inserted.append(Inserted(text, after, before, replaced))
        next_old = old_index + 1
        next_new = new_index + 1
        after = before
    return Alignment(kept, inserted)


def _find_pairs(
    old: Sequence[str], new: Sequence[str], is_header: Sequence[bool]
) -> list[Pair]:
    """Return the indexes of old lines, each with that of the new line it became.

    Lines that stay as they are are found first. Between them, lines
    with another indentation, or that became a comment; then sections
    that are below others now; at last keys with another name, of the
    lines that are headers. The last pair is that of both ends.
    """
    stages = (
        (_exact_keys(old), _exact_keys(new)),
        (_keys_of(old), _keys_of(new)),
        (_section_keys(old), _content_keys(new)),
        (_header_keys(old, is_header), _header_keys(new, [True] * len(new))),
    )
    pairs = [(len(old), len(new))]
    for old_keys, new_keys in stages:
        pairs = [*_match_between(pairs, old_keys, new_keys)]
    return pairs


def _match_between(
    pairs: Iterable[Pair], old: Sequence[Key], new: Sequence[Key]
) -> Iterator[Pair]:
    """Yield pairs, and before each one those of equal keys since the pair before."""
    old_start = new_start = 0
    for old_end, new_end in pairs:
        old_part = old[old_start:old_end]
        new_part = new[new_start:new_end]
        matcher = SequenceMatcher(None, old_part, new_part, autojunk=False)
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                yield old_start + block.a + step, new_start + block.b + step
        yield old_end, new_end
        old_start = old_end + 1
        new_start = new_end + 1


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


def _content_keys(lines: Sequence[str]) -> list[Key]:
    """Return for each line its content, wherever it is."""
    return [(_content(line),) for line in lines]


def _section_keys(lines: Sequence[str]) -> list[Key]:
    """Return for each line that is below no other its content.

    All other lines equal nothing.
    """
    keys: list[Key] = []
    for number, key in enumerate(_keys_of(lines)):
        if len(key) > 1:
            key = (*key, str(number))
        keys.append(key)
    return keys


def _header_keys(lines: Sequence[str], is_header: Sequence[bool]) -> list[Key]:
    """Return for each header that is below another line what it is below.

    All other lines equal nothing.
    """
    keys: list[Key] = []
    for number, key in enumerate(_keys_of(lines)):
        content, *around = key
        if is_header[number] and around and content.endswith(":"):
            keys.append((_ANY_NAME, *around))
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
        around = [each for _, each in above]
        items = [each for each in around if each.startswith("- ")]
        key = (content, *around[-1:], *items[-1:])
        keys.append(key)
        above.append((column, content))
    return keys
