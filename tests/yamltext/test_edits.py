"""Edits on spans of a text: their order, their nesting, copies and shifted lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackcfg.yamltext.edits import (
    Copy,
    Edit,
    apply_edits,
    resolve_edits,
    shift_lines,
    splice_edits,
    trim_end_gap,
)
from stackcfg.yamltext.parser import parse_yaml

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=200)


class TestApply:
    @pytest.mark.parametrize(
        ("edits", "expected"),
        [
            ([], "abcdef"),
            ([Edit(1, 3, ("X",))], "aXdef"),
            ([Edit(4, 5), Edit(0, 1)], "bcdf"),
            ([Edit(6, 6, ("!",))], "abcdef!"),
            ([Edit(1, 3, ("X",)), Edit(3, 4, ("Y",))], "aXYef"),
            ([Edit(3, 4, ("Y",)), Edit(3, 3, ("X",))], "abcXYef"),
            (
                [Edit(2, 2, ("outer",), 0), Edit(2, 2, ("inner",), 4)],
                "abinneroutercdef",
            ),
            ([Edit(0, 0, (Copy(4, 6), "-", Copy(0, 2)))], "ef-ababcdef"),
            ([Edit(0, 2, (Copy(0, 2), Copy(0, 2)))], "ababcdef"),
        ],
    )
    def test_edits_are_made_whatever_their_order(
        self, edits: list[Edit], expected: str
    ):
        assert apply_edits("abcdef", edits) == expected

    @pytest.mark.parametrize(
        ("edits", "expected"),
        [
            ([Edit(0, 0, (Copy(3, 6),)), Edit(3, 6)], "defabc"),
            ([Edit(0, 0, (Copy(3, 6),)), Edit(3, 6), Edit(4, 5, ("X",))], "dXfabc"),
            (
                [Edit(0, 6, (Copy(3, 6), Copy(0, 3))), Edit(0, 1, ("A",)), Edit(5, 6)],
                "deAbc",
            ),
            ([Edit(0, 0, (Copy(3, 6),)), Edit(3, 6), Edit(3, 3, ("X",))], "defabcX"),
            ([Edit(0, 0, (Copy(0, 2),)), Edit(1, 2, ("X",))], "aXaXcdef"),
        ],
        ids=[
            "moved",
            "changed on the way",
            "swapped",
            "insertion in front stays",
            "copied",
        ],
    )
    def test_copies_take_the_edits_inside_along(self, edits: list[Edit], expected: str):
        assert apply_edits("abcdef", edits) == expected

    def test_an_edit_inside_a_removed_span_has_no_effect(self):
        assert apply_edits("abcdef", [Edit(1, 5), Edit(2, 3, ("X",))]) == "af"

    def test_edits_that_overlap_are_refused(self):
        with pytest.raises(ValueError, match="overlap at offset 2"):
            apply_edits("abcdef", [Edit(1, 3, ("X",)), Edit(2, 5, ("Y",))])

    def test_resolved_edits_are_in_order_and_outermost(self):
        edits = [Edit(4, 5, ("X",)), Edit(0, 3, (Copy(0, 1), "!")), Edit(1, 2, ("Y",))]
        assert resolve_edits("abcdef", edits) == [
            Edit(0, 3, ("a!",)),
            Edit(4, 5, ("X",)),
        ]

    @STEADY
    @given(st.data())
    def test_untouched_characters_stay(self, data: st.DataObject):
        text = data.draw(st.text("ab\n", max_size=20))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
        spans = list(zip(cuts[::2], cuts[1::2], strict=False))
        edits = [Edit(start, end, ("-",)) for start, end in spans]
        expected, position = "", 0
        for start, end in spans:
            expected += text[position:start] + "-"
            position = end
        assert apply_edits(text, reversed(edits)) == expected + text[position:]


@pytest.mark.parametrize(
    ("text", "shift", "first", "expected"),
    [
        ("a\n  b\n\nc", 2, False, "a\n    b\n\n  c"),
        ("a\n  b\n", 2, True, "  a\n    b\n"),
        ("    a\n  b\n c\n", -2, True, "  a\nb\nc\n"),
        ("a\r\n  b\r\n\r\nc", 1, False, "a\r\n   b\r\n\r\n c"),
        ("a\n b", 0, True, "a\n b"),
        ("x: |\n  \n  a\n", 2, True, "  x: |\n  \n    a\n"),
    ],
)
def test_lines_are_shifted_and_blank_lines_stay(
    text: str, shift: int, first: bool, expected: str
):
    assert shift_lines(text, shift, first) == expected


def test_a_copied_block_is_shifted():
    text = "a:\n  b: 1\n\n  c: 2\n"
    assert (
        apply_edits(
            text, [Edit(0, 0, ("x:\n", Copy(3, len(text), 2))), Edit(0, len(text))]
        )
        == "x:\n    b: 1\n\n    c: 2\n"
    )


class TestTogether:
    """Edits that meet: insertions at cuts, cuts side by side, cuts that overlap."""

    def test_two_cuts_side_by_side_are_one(self):
        assert resolve_edits("abcdef", [Edit(0, 2), Edit(2, 4)]) == [Edit(0, 4, ("",))]

    def test_an_insertion_in_the_blank_lines_behind_a_cut_follows_the_cut(self):
        text = "a: 1\n\n\nb: 2\n"
        edits = [Edit(0, 7), Edit(6, 6, ("x: 1\n",))]
        assert apply_edits(text, edits) == "x: 1\nb: 2\n"

    def test_an_insertion_at_the_start_of_a_cut_stays(self):
        assert apply_edits("abc", [Edit(1, 2), Edit(1, 1, ("X",))]) == "aXc"

    @pytest.mark.parametrize(
        ("text", "cuts", "expected"),
        [
            ("{a: 1, b: 2, c: 3}", [(7, 13), (11, 17)], "{a: 1}"),
            ("{a: 1, b: 2, c: 3}", [(1, 7), (5, 11)], "{, c: 3}"),
        ],
        ids=["to the end", "from the start"],
    )
    def test_cuts_of_neighbours_that_share_a_comma_are_joined(
        self, text: str, cuts: list[tuple[int, int]], expected: str
    ):
        edits = [Edit(start, end) for start, end in cuts]
        assert apply_edits(text, edits) == expected

    def test_a_copy_of_a_copy_takes_its_edits_along(self):
        edits = [
            Edit(6, 6, (Copy(2, 6),)),
            Edit(2, 4, (Copy(4, 6), "-")),
            Edit(4, 5, ("X",)),
        ]
        assert apply_edits("abcdef", edits) == "abXf-XfXf-Xf"

    @STEADY
    @given(st.data())
    def test_moving_every_line_keeps_every_line(self, data: st.DataObject):
        count = data.draw(st.integers(1, 6))
        lines = [f"line {index}\n" for index in range(count)]
        text = "".join(lines)
        order = data.draw(st.permutations(range(count)))
        size = len(lines[0])
        spans = [(index * size, (index + 1) * size) for index in range(count)]
        moved = Edit(0, 0, tuple(Copy(*spans[index]) for index in order))
        cuts = [Edit(*span) for span in spans]
        expected = "".join(lines[index] for index in order)
        assert apply_edits(text, [moved, *cuts]) == expected

    @STEADY
    @given(st.data())
    def test_splicing_resolved_edits_is_applying_them(self, data: st.DataObject):
        text = data.draw(st.text("ab \n", min_size=1, max_size=12))
        offsets = st.integers(0, len(text))
        starts = sorted(data.draw(st.lists(offsets, min_size=2, max_size=6)))
        edits = [
            Edit(start, end, (data.draw(st.sampled_from(["", "X", "Y\n"])),))
            for start, end in zip(starts[::2], starts[1::2], strict=False)
        ]
        resolved = resolve_edits(text, edits)
        assert splice_edits(text, resolved) == apply_edits(text, edits)
        assert resolve_edits(text, resolved) == resolved


@pytest.mark.parametrize(
    ("text", "cut", "expected"),
    [
        ("a: 1\n\nb: 2\n", "b: 2\n", "a: 1\n"),
        ("a: 1\n\nb: 2", "b: 2", "a: 1"),
        ("a: 1\n\nb: 2\nc: 3\n", "b: 2\n", "a: 1\n\nc: 3\n"),
        ("a: 1\n\nb: 2\n---\nc: 3\n", "b: 2\n", "a: 1\n---\nc: 3\n"),
    ],
    ids=["last", "without a line end", "not the last", "last of its document"],
)
def test_a_cut_at_the_end_of_a_document_takes_the_blank_lines_before_it(
    text: str, cut: str, expected: str
):
    start = text.index(cut)
    edits = resolve_edits(text, [Edit(start, start + len(cut))])
    assert apply_edits(text, trim_end_gap(parse_yaml(text)[0], edits)) == expected


def test_an_insertion_at_the_end_of_a_document_keeps_the_blank_lines_before_it():
    text = "a: 1\n\n"
    edits = [Edit(6, 6, ("b: 2\n",))]
    assert trim_end_gap(parse_yaml(text)[0], edits) == edits
