"""Edits on spans, comments and the lines they belong to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.edits import Copy, Edit, apply_edits, resolve_edits, shift_lines
from stackcfg.yamltext.entries import (
    column_of,
    entry_span,
    indent_step,
    remove_entry,
    remove_item,
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
    def test_text(self, edits: list[Edit], expected: str):
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

    def test_overlap(self):
        with pytest.raises(ValueError, match="overlap at offset 2"):
            apply_edits("abcdef", [Edit(1, 3, ("X",)), Edit(2, 5, ("Y",))])

    def test_resolved_are_in_order_and_outermost(self):
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
def test_shifted(text: str, shift: int, first: bool, expected: str):
    assert shift_lines(text, shift, first) == expected


def test_shift_of_a_copy():
    text = "a:\n  b: 1\n\n  c: 2\n"
    assert (
        apply_edits(
            text, [Edit(0, 0, ("x:\n", Copy(3, len(text), 2))), Edit(0, len(text))]
        )
        == "x:\n    b: 1\n\n    c: 2\n"
    )


COMMENTED = """\
# one
a: x#y # two
b: "# no" # three
c: |  # four
  # no
d: [1, # five
    '#', 2] #six
e: plain # seven
  # eight
f: *g#h
"""


class TestComments:
    def comments(self, text: str) -> Comments:
        return Comments(parse_yaml(text)[0])

    def test_all(self):
        text = COMMENTED.replace("f: *g#h\n", "")
        found = [comment.text for comment in self.comments(text).all]
        assert found == [
            "# one",
            "# two",
            "# three",
            "# four",
            "# five",
            "#six",
            "# seven",
            "# eight",
        ]

    def test_windows_lines(self):
        [one, two] = self.comments("a: 1 # one\r\n# two  \r\nb: 2\r\n").all
        assert (one.text, two.text) == ("# one", "# two")

    def test_multi_line_scalars(self):
        assert (
            self.comments(
                "a: plain\n  text\nb: 'x\n  # no\n  y'\nc: >\n  # no\n\n  # no\n"
            ).all
            == []
        )

    def test_keys(self):
        assert self.comments("\"# no\": 1\n'a # b': 2\n").all == []

    def test_beside(self):
        text = "{a: 1, # one\n  b: 2} # two\n# three\n"
        comments = self.comments(text)
        assert comments.beside(text.index("1") + 1).text == "# one"
        assert comments.beside(text.index("}") + 1).text == "# two"
        assert comments.beside(text.index("2") + 1) is None
        assert comments.beside(text.index("# three") + 1) is None

    def test_own_line(self):
        comments = self.comments("a: 1 # one\n  # two\n")
        assert [comments.is_own_line(comment) for comment in comments.all] == [
            False,
            True,
        ]


ENTRIES = """\
# of the file

# over a
a:  # beside a
  # over b
  b: 1 # beside b
  # in a

# blank above c

# over c
# too
c: 2
    # odd, but deeper than c
# over d
d: [1,
  2] # beside d
# the end
"""


@pytest.mark.parametrize(
    ("key", "lead", "end"),
    [
        ("a", "# over a", "# in a"),
        ("c", "# over c", "# odd, but deeper than c"),
        ("d", "# over d", "# beside d"),
    ],
)
def test_entry_span(key: str, lead: str, end: str):
    document = parse_yaml(ENTRIES)[0]
    span = entry_span(document, Comments(document), *document.root.entry(key))
    assert ENTRIES[span.lead :].startswith(lead)
    assert ENTRIES[span.line :].startswith(f"{key}:")
    assert ENTRIES[: span.end].endswith(end)
    assert ENTRIES[: span.after].endswith(end + "\n")


def test_a_comment_deeper_than_the_next_key_is_not_over_it():
    text = "x:\n  a: 1\n    # deeper\n  # over b\n  b: 2\n"
    document = parse_yaml(text)[0]
    inner = document.root.get("x")
    [a, b] = [
        entry_span(document, Comments(document), *entry) for entry in inner.entries
    ]
    assert text[a.lead : a.end] == "  a: 1\n    # deeper"
    assert text[b.lead : b.end] == "  # over b\n  b: 2"


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("a: 1\nb: 2\nc: 3\n", "b", "a: 1\nc: 3\n"),
        ("a: 1\nb:\n  x: 1\n  y: 2\nc: 3\n", "b", "a: 1\nc: 3\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", "b", "a: 1\n\nc: 3\n"),
        ("a: 1\r\nb: 2\r\n", "b", "a: 1\r\n"),
        ("{a: 1, b: 2, c: 3}", "b", "{a: 1, c: 3}"),
        ("{a: 1, b: 2}", "b", "{a: 1}"),
        ("{b: 2, a: 1}", "b", "{a: 1}"),
        ("{b: 2}", "b", "{}"),
    ],
)
def test_removed_entry(text: str, key: str, expected: str):
    document = parse_yaml(text)[0]
    root = document.root
    index = next(
        index for index, (each, _) in enumerate(root.entries) if each.text == key
    )
    assert (
        apply_edits(text, [remove_entry(document, Comments(document), root, index)])
        == expected
    )


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("- a\n- b\n- c\n", 1, "- a\n- c\n"),
        ("- a\n- b # two\n", 1, "- a\n"),
        ("- a: 1\n  b: 2\n- c\n", 0, "- c\n"),
        ("[a, b, c]", 0, "[b, c]"),
        ("[a, b, c]", 2, "[a, b]"),
        ("[a]", 0, "[]"),
        ("- a\r\n- b\r\n", 0, "- b\r\n"),
    ],
)
def test_removed_item(text: str, index: int, expected: str):
    document = parse_yaml(text)[0]
    assert (
        apply_edits(
            text, [remove_item(document, Comments(document), document.root, index)]
        )
        == expected
    )


@pytest.mark.parametrize(
    "gone", [(0, 1), (1, 2), (2, 3), (0, 3), (1, 3), (0, 1, 2, 3), (1, 2, 3), (0, 2)]
)
@pytest.mark.parametrize(
    "text", ["{a: 1, b: 2, c: 3, d: 4}", "{\n  a: 1,\n  b: 2,\n  c: 3,\n  d: 4\n}\n"]
)
def test_removed_together(text: str, gone: tuple[int, ...]):
    document = parse_yaml(text)[0]
    comments = Comments(document)
    new = apply_edits(
        text, [remove_entry(document, comments, document.root, index) for index in gone]
    )
    [left] = parse_yaml(new)
    assert [key.text for key, _ in left.root.entries] == [
        key for index, key in enumerate("abcd") if index not in gone
    ]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("a:\n  b: 1\n", 2),
        ("a:\n    b:\n      c: 1\n", 4),
        ("a: 1\n", 2),
        ("a: {b: 1}\nc:\n - d:\n      e: 1\n", 3),
    ],
)
def test_indent_step(text: str, step: int):
    document = parse_yaml(text)[0]
    assert indent_step(document, document.root) == step


def test_column():
    document = parse_yaml("a:\r\n  b: 1\r\n")[0]
    assert column_of(document, document.root.get("a").start) == 2
