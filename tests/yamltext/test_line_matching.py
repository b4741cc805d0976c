"""The lines that two texts share, against what makes one text of the other."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stackcfg.yamltext.line_matching import LineMatcher, pair_single_lines

LINES = st.lists(st.sampled_from([f"line {number}" for number in range(12)]))


@given(LINES, LINES)
def test_the_differences_make_one_text_of_the_other(old: list[str], new: list[str]):
    made: list[str] = []
    for tag, start, end, first, last in LineMatcher(old, new).get_opcodes():
        assert (tag == "equal") == (old[start:end] == new[first:last])
        made += new[first:last] if tag != "equal" else old[start:end]
    assert made == new


@given(LINES, LINES)
def test_runs_of_equal_lines_are_as_long_as_they_can_be(old: list[str], new: list[str]):
    blocks = LineMatcher(old, new).get_matching_blocks()
    assert blocks[-1] == (len(old), len(new), 0)
    for one, other in pairwise(blocks[:-1]):
        assert (one.a + one.size, one.b + one.size) != (other.a, other.b)


def test_a_line_that_both_texts_have_once_is_a_pair():
    assert pair_single_lines(["a", "x", "b"], ["a", "b", "y"]) == [(0, 0), (2, 1)]


def test_a_line_that_one_text_has_twice_is_no_pair():
    assert pair_single_lines(["a", "b"], ["a", "b", "a"]) == [(1, 1)]


def test_of_lines_that_changed_places_the_most_stay():
    assert pair_single_lines(["a", "b", "c"], ["c", "a", "b"]) == [(0, 1), (1, 2)]
