"""What the hints of drivers say about the rows that a copy has written."""

from __future__ import annotations

from stackcfg.data.engines.drivers import find_hint, hint_after_writes

HINTS = (("No space", "the disk is full; nothing was written; make room"),)


def test_an_unknown_error_says_that_nothing_was_written():
    assert find_hint("Broken pipe", HINTS) == "nothing was written"


def test_a_hint_is_true_where_rows_stay():
    hint = hint_after_writes(find_hint("No space left", HINTS))
    assert hint == "the disk is full; nothing more was written; make room"
    assert hint_after_writes("see its log") == "see its log"
