"""Which known word was probably meant by a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_word(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or nothing: close in letters, or the same but for case and joints."""
    names = list(known)
    plain = {_plain(name): name for name in names}
    if _plain(word) in plain:
        return plain[_plain(word)]
    import difflib  # not on the way of files without findings

    close = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
    return close[0] if close else ""


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
