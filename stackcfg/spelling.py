"""Which known word a misspelled one probably means."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_word(word: str, known: Iterable[str]) -> str:
    """Return the known word that is closest in letters, or an empty string.

    Case, `_` and `-` do not count.
    """
    names = list(known)
    by_letters = {_letters(name): name for name in names}
    exact = by_letters.get(_letters(word))
    if exact is not None:
        return exact
    # files without findings do not need it
    import difflib

    close = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
    return close[0] if close else ""


def _letters(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
