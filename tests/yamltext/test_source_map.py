"""A source map: where each place of an edited text came from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stackcfg.yamltext.edits import Copy, Edit
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.source_map import EditHistory, SourceMap


def test_what_no_edit_touched_comes_from_itself():
    history = (
        EditHistory("one\ntwo\nthree\n")
        .after([Edit(0, 3, ("a\nb\nc",))])
        .after([Edit(6, 9, ("",))])
    )
    assert history.text == "a\nb\nc\n\nthree\n"
    assert SourceMap(history).find_source(history.text.index("three")) == Position(3, 1)


def test_new_text_comes_from_where_it_was_put():
    history = EditHistory("one\ntwo\n").after([Edit(4, 4, ("new\nlines\n",))])
    assert SourceMap(history).find_source(history.text.index("lines")) == Position(2, 1)


def test_a_line_that_moved_comes_from_its_own_place():
    history = EditHistory("a: 1\nmoved:\n- x: 1\n- y: 2\n").after(
        [Edit(0, 0, (Copy(5, 26, 2), "b: 2\n")), Edit(5, 26)]
    )
    assert history.text == "  moved:\n  - x: 1\n  - y: 2\nb: 2\na: 1\n"
    assert SourceMap(history).find_source(history.text.index("y: 2")) == Position(4, 3)
    assert SourceMap(history).find_source(history.text.index("b: 2")) == Position(1, 1)


def test_a_line_that_was_rewritten_as_it_moved_comes_from_the_one_before():
    old = "a: 1\nold:\n- x: 1\n  y: 2\nb: 2\n"
    new = "s:\n  new:\n  - z: 1\n    y: 2\n"
    history = EditHistory(old).after([Edit(0, 0, (new,)), Edit(5, 24)])
    assert history.text == f"{new}a: 1\nb: 2\n"
    source = SourceMap(history)
    assert source.find_source(history.text.index("z: 1")) == Position(3, 1)
    assert source.find_source(history.text.index("new:")) == Position(2, 1)


def test_a_new_line_beside_one_that_moved_comes_from_where_it_was_put():
    old = "a: 1\nold: 3\n- x: 1\nb: 2\n"
    new = "s:\n  new: 4\n  - x: 1\n"
    history = EditHistory(old).after([Edit(0, 0, (new,)), Edit(5, 19)])
    found = SourceMap(history).find_source(history.text.index("new: 4"))
    assert found == Position(1, 1)


def test_of_equal_lines_that_moved_each_is_its_own():
    history = EditHistory("- x\n- x\nend\n").after(
        [Edit(8, 12, ("end\n", Copy(0, 8))), Edit(0, 8)]
    )
    assert history.text == "end\n- x\n- x\n"
    assert SourceMap(history).find_source(history.text.rindex("- x")) == Position(2, 1)


@given(st.text("ab\n", max_size=40), st.data())
def test_rounds_that_only_put_in_lose_no_place(text, data):
    history = EditHistory(text)
    marks = {offset: offset for offset in range(len(text))}
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(history.text)))
        new = data.draw(st.text("xy", min_size=1, max_size=5))
        history = history.after([Edit(place, place, (new,))])
        marks = {first: now + len(new) * (now >= place) for first, now in marks.items()}
    for first, now in marks.items():
        assert history.text[now] == text[first]
        assert SourceMap(history).find_source(now) == SourceMap(
            EditHistory(text)
        ).find_source(first)
