"""What was probably meant: the help text that asks for it, and the fix that writes it."""

from __future__ import annotations

from stackcfg.validation.rule_finding import EntryPart

Rewrite = tuple[tuple[EntryPart, str], ...]


def did_you_mean(word: str, otherwise: str) -> str:
    """Return a help text that asks for the probable word; `otherwise` if it is empty."""
    if word:
        return f"did you mean '{word}'?"
    return otherwise


def rewrite_to(place: EntryPart, word: str) -> Rewrite:
    """Return the fix that writes a word at a place; no fix for an empty word."""
    if word:
        return ((place, word),)
    return ()
