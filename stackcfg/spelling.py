"""Which known word a misspelled one probably means, and when it certainly does."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from stackcfg.light_typing import Final

LONG: Final = 6
"""From how many letters on two of them may be wrong."""

MOST_COMPARED: Final = 200
"""Among more known words none is certainly meant, and to compare each
wrong word with each of them takes too long.
"""


def nearest_word(word: str, known: Iterable[str]) -> str:
    """Return the known word that is closest in letters, or an empty string.

    Case, `_` and `-` do not count.
    """
    names = tuple(known)
    exact = _by_letters(names).get(_letters(word))
    if exact is not None:
        return exact
    if len(names) > MOST_COMPARED:
        return ""
    close = _find_closest(word, names, 1, 0.7)
    return close[0] if close else ""


@lru_cache(maxsize=8)
def _by_letters(names: tuple[str, ...]) -> dict[str, str]:
    return {_letters(name): name for name in names}


def nearest_words(
    word: str, known: Iterable[str], count: int, cutoff: float = 0.0
) -> list[str]:
    """Return the known words that are closest in letters, the closest first.

    None is less close than `cutoff`, between 0 and 1.
    """
    return list(_find_closest(word, tuple(known), count, cutoff))


# the proof of fixes asks for the words of all other findings again
@lru_cache(maxsize=128)
def _find_closest(
    word: str, names: tuple[str, ...], count: int, cutoff: float
) -> tuple[str, ...]:
    """Return the names that are closest in letters,
    from a measure of closeness on.
    """
    # files without findings do not need it
    import difflib

    return tuple(difflib.get_close_matches(word, names, n=count, cutoff=cutoff))


def is_slip(word: str, meant: str, known: Iterable[str]) -> bool:
    """Return whether a word is certainly a misspelled one, and no other
    known word.

    One or two letters are wrong, and no digit.
    """
    names = tuple(known)
    is_meant = meant and _digits(word) == _digits(meant)
    if not is_meant or len(names) > MOST_COMPARED:
        return False
    close = (name for name in names if _is_close(word, name))
    return next(close, None) == meant and next(close, None) is None


def _is_close(word: str, known: str) -> bool:
    one, other = _letters(word), _letters(known)
    if one == other:
        return True
    permitted = 2 if min(len(one), len(other)) >= LONG else 1
    if abs(len(one) - len(other)) > permitted:
        return False
    return _distance(one, other) <= permitted


def _distance(one: str, other: str) -> int:
    """Return how many letters must be added, removed, replaced or
    swapped with the next.
    """
    rows = [list(range(len(other) + 1))]
    for line, letter in enumerate(one, 1):
        row = [line]
        for column, match in enumerate(other, 1):
            above, before = rows[-1], row[-1]
            cost = above[column - 1] + (letter != match)
            cost = min(cost, above[column] + 1, before + 1)
            is_swap = line > 1 and column > 1 and one[line - 2] == match
            if is_swap and other[column - 2] == letter:
                cost = min(cost, rows[-2][column - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def _digits(word: str) -> list[str]:
    return [char for char in word if char.isdigit()]


def _letters(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
