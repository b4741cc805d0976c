"""Where entries and items are, which comments belong to them, and how they are removed."""

import pytest

from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.edits import apply_edits
from stackcfg.yamltext.entries import (
    column_of,
    entry_span,
    include_blank_lines,
    indent_step,
    is_spread,
    item_span,
    remove_entry,
    remove_item,
)
from stackcfg.yamltext.parser import parse_yaml

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
def test_an_entry_has_the_comments_over_beside_and_inside_of_it(
    key: str, lead: str, end: str
):
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
def test_an_entry_is_removed_with_its_lines_and_one_comma(
    text: str, key: str, expected: str
):
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
def test_an_item_is_removed_with_its_lines_and_one_comma(
    text: str, index: int, expected: str
):
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
def test_several_entries_of_a_flow_mapping_are_removed_together(
    text: str, gone: tuple[int, ...]
):
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
def test_the_step_of_a_document_is_that_of_its_first_nested_mapping(
    text: str, step: int
):
    document = parse_yaml(text)[0]
    assert indent_step(document, document.root) == step


def test_a_column_counts_from_the_start_of_its_line():
    document = parse_yaml("a:\r\n  b: 1\r\n")[0]
    assert column_of(document, document.root.get("a").start) == 2


@pytest.mark.parametrize(
    "text",
    [
        "? a\n: 1\n",
        "x: 0\n? a\n: 1\n",
        "? # why\na: 1\n",
        "?\n\n# why\n\na: 1\n",
        "- ? a\n  : 1\n",
    ],
)
def test_a_key_written_with_a_question_mark_is_refused(text: str):
    document = parse_yaml(text)[0]
    root = document.root
    mapping = root.items[0] if root.items else root
    with pytest.raises(ParseError, match="the key 'a' is written with '\\?'"):
        entry_span(document, Comments(document), *mapping.entry("a"))


@pytest.mark.parametrize(
    "text",
    [
        "x: what?\na: 1\n",
        "x: what ?\na: 1\n",
        "x: why\n  ?\na: 1\n",
        "# why?\na: 1\n",
        "x: 1 # ?\na: 1\n",
        "x: '?'\n\n\na: 1\n",
    ],
)
def test_a_question_mark_in_a_value_or_comment_is_no_key(text: str):
    document = parse_yaml(text)[0]
    span = entry_span(document, Comments(document), *document.root.entry("a"))
    assert text[span.line : span.end] == "a: 1"


def test_a_comment_that_opens_the_file_belongs_to_no_entry():
    for text in ("# of the file\na: 1\n", "---\n# of the file\na: 1\n"):
        document = parse_yaml(text)[0]
        span = entry_span(document, Comments(document), *document.root.entries[0])
        assert text[span.lead : span.after] == "a: 1\n"


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("- a\n# over b\n- b # beside\n- c\n", 1, "# over b\n- b # beside\n"),
        (
            "x:\n  - a\n  # over b\n  - b:\n      c\n",
            1,
            "  # over b\n  - b:\n      c\n",
        ),
        ("- a\n\n# apart\n\n- b\n", 1, "- b\n"),
    ],
)
def test_an_item_has_the_comments_over_and_beside_it(
    text: str, index: int, expected: str
):
    document = parse_yaml(text)[0]
    items = document.root.items or document.root.get("x").items
    span = item_span(document, Comments(document), items[index])
    assert text[span.lead : span.after] == expected


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("- a: 1\n  b: 2\n", 0, "- b: 2\n"),
        ("- a: 1\n", 0, "- {}\n"),
        ("- a: 1 # one\n- b\n", 0, "- {}\n- b\n"),
    ],
)
def test_an_entry_on_the_line_of_its_list_item_leaves_the_item(
    text: str, index: int, expected: str
):
    document = parse_yaml(text)[0]
    mapping = document.root.items[0]
    edit = remove_entry(document, Comments(document), mapping, index)
    assert apply_edits(text, [edit]) == expected


@pytest.mark.parametrize(
    ("text", "cut", "expected"),
    [
        ("a\n\nb\n\nc\n", "b\n", "b\n\n"),
        ("b\n\nc\n", "b\n", "b\n\n"),
        ("a\nb\n\nc\n", "b\n", "b\n"),
        ("a\r\n\r\nb\r\n\r\nc\r\n", "b\r\n", "b\r\n\r\n"),
        ("a\n\nb\nc\n", "b\n", "b\n"),
    ],
)
def test_a_cut_takes_blank_lines_along_if_there_are_some_before_it(
    text: str, cut: str, expected: str
):
    start = text.index(cut)
    start, end = include_blank_lines(text, start, start + len(cut))
    assert text[start:end] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\n", True),
        ("{a: 1, b: 2}\n", False),
        ("{\n  a: 1,\n  b: 2\n}\n", True),
        ("{}\n", False),
    ],
)
def test_a_mapping_is_spread_if_its_entries_have_lines_of_their_own(
    text: str, expected: bool
):
    document = parse_yaml(text)[0]
    assert is_spread(document, document.root) is expected
