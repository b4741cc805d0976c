"""A text on its way through rounds of edits, and the way back to where each place came from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stackcfg.document import Position
from stackcfg.edits import Edit
from stackcfg.trail import Trail


def test_what_no_edit_touched_comes_from_itself():
    trail = Trail("one\ntwo\nthree\n").after([Edit(0, 3, ("a\nb\nc",))]).after([Edit(6, 9, ("",))])
    assert trail.text == "a\nb\nc\n\nthree\n"
    assert trail.origin(trail.text.index("three")) == Position(3, 1)


def test_new_text_comes_from_where_it_was_put():
    trail = Trail("one\ntwo\n").after([Edit(4, 4, ("new\nlines\n",))])
    assert trail.origin(trail.text.index("lines")) == Position(2, 1)


@given(st.text("ab\n", max_size=40), st.data())
def test_rounds_that_only_put_in_lose_no_place(text, data):
    trail = Trail(text)
    marks = {offset: offset for offset in range(len(text))}
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(trail.text)))
        new = data.draw(st.text("xy", min_size=1, max_size=5))
        trail = trail.after([Edit(place, place, (new,))])
        marks = {first: now + len(new) * (now >= place) for first, now in marks.items()}
    for first, now in marks.items():
        assert trail.text[now] == text[first]
        assert trail.origin(now) == Trail(text).origin(first)
