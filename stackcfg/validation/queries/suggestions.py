"""What was probably meant: the help text that asks for it, and the fix
that writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackcfg.light_typing import Final
from stackcfg.paths import Path, value_at
from stackcfg.spelling import is_slip, nearest_words
from stackcfg.validation.inspection import Inspection

MOST_LISTED: Final = 6
"""Of more known names only the nearest are listed."""

NEAREST: Final = 3


def did_you_mean(word: str, otherwise: str) -> str:
    """Return a help text that asks for a word; `otherwise` if it is empty."""
    if word:
        return f"did you mean '{word}'?"
    return otherwise


def fix_slip(
    word: str,
    meant: str,
    known: Iterable[str],
) -> str | None:
    """Return the meant word as the fix of a misspelled key, if no other
    known word is near.
    """
    if is_slip(word, meant, known):
        return meant
    return None


def fix_misspelled_value(
    inspection: Inspection, path: Path, value: object, meant: str, known: Iterable[str]
) -> str | None:
    """Return the meant word as the fix of a misspelled value, if no
    other known word is near.
    """
    if not is_slip(str(value), meant, known):
        return None
    return fix_literal(
        inspection,
        path,
        value,
        meant,
    )


def guess_value(inspection: Inspection, path: Path, value: object, meant: str) -> str:
    """Return the word that was probably meant by a value that is
    written as it is; empty where there is none.
    """
    return fix_literal(inspection, path, value, meant) or ""


def only_one(words: Sequence[str]) -> str:
    """Return the only word there is; empty if there are more, or none."""
    if len(words) == 1:
        return words[0]
    return ""


def list_known(
    what: str,
    word: str,
    known: Sequence[str],
) -> str:
    """Return the known names of a kind in words; of many only the nearest."""
    if len(known) <= MOST_LISTED:
        return f"known {what}: {', '.join(known)}"
    return f"nearest known {what}: {', '.join(nearest_words(word, known, NEAREST))}"


def choose_one(words: Sequence[str]) -> str:
    """Return a help text that asks for one of these words."""
    if len(words) == 1:
        return f"write '{words[0]}'"
    listed = list(words[:MOST_LISTED])
    if len(words) > MOST_LISTED:
        listed.append(f"… ({len(words)} in all)")
    return f"use one of: {', '.join(listed)}"


def fix_literal(
    inspection: Inspection, path: Path, value: object, word: str
) -> str | None:
    """Return the word as the fix of a value that is written as it is.

    There is no fix for a value that a variable provides, since the
    default of a variable is not replaced, and none for an empty word.
    """
    if value_at(inspection.data, path) == value:
        return word or None
    return None
