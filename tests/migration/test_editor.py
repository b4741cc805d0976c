"""Every edit of the editor changes the text and the data alike, in every style of writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import pytest

from stackcfg.migration.changes import Change, expected_data
from stackcfg.migration.editing.editor import Editor
from stackcfg.migration.editing.moved_lists import move_lists, rename_item_keys
from stackcfg.yamltext.comments import Comments, keep_comments
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import indent_step
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.values import data_of

Step = Callable[[Editor], Iterable[Change]]


def editor_of(text: str) -> Editor:
    [document] = parse_yaml(text)
    step = indent_step(document, document.root)
    return Editor(document, Comments(document), step, data_of(document.root))


def edit(text: str, *steps: Step) -> str:
    """Return the text after the steps; its data must be what their changes expect."""
    editor = editor_of(text)
    changes = [change for step in steps for change in step(editor)]
    edits = [change for change in changes if isinstance(change, Edit)]
    edits = keep_comments(editor.document, editor.comments, edits)
    result = apply_edits(text, edits)
    [document] = parse_yaml(result)
    assert data_of(document.root) == expected_data(editor.data, changes)
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: one\n", "a: two\n"),
        ("a: 'one'  # why\n", "a: 'two'  # why\n"),
        ('{"a": "one"}\n', '{"a": "two"}\n'),
        ("{a: one}\n", "{a: two}\n"),
        ("b: &x one\na: *x\n", "b: &x one\na: two\n"),
        ("a:\n- one\nc: 1\n", "a:\n  two\nc: 1\n"),
    ],
)
def test_set_keeps_the_quotes_of_a_string(before, after):
    assert edit(before, lambda text: text.set(("a",), "two")) == after


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *((2, "2"), (None, "null"), (True, "true"), ("5", '"5"')),
        (date(2024, 1, 2), "2024-01-02"),
        (b"abc", '!!binary "YWJj"'),
        ({"b"}, "!!set {b: null}"),
    ],
)
def test_set_writes_a_value_of_any_type(value, written):
    assert edit("a: x\n", lambda text: text.set(("a",), value)) == f"a: {written}\n"


def test_set_refuses_a_value_that_other_places_share():
    with pytest.raises(ParseError, match="'a' comes from an anchor"):
        edit("a: &x one\nb: *x\n", lambda text: text.set(("a",), "two"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1  # why\n", "b: 1  # why\n"),
        ("'a': 1\n", "'b': 1\n"),
        ('{"a": {"c": 1}}\n', '{"b": {"c": 1}}\n'),
    ],
)
def test_rename_keeps_quotes_comments_and_value(before, after):
    assert edit(before, lambda text: text.rename(("a",), "b")) == after


def test_edits_inside_of_a_renamed_entry_use_its_old_path():
    after = edit(
        "a:\n- {x: 1}\n- {x: 2}\n",
        lambda text: text.rename(("a",), "b"),
        lambda text: text.set(("a", 1, "x"), 3),
        lambda text: text.remove_items(("a",), [0]),
    )
    assert after == "b:\n- {x: 3}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  x: 1\n", "a:\n  x: 1\n  b: 2\n"),
        ("a: {x: 1}\n", "a: {x: 1, b: 2}\n"),
        ("a:\n", "a:\n  b: 2\n"),
        ("a: {}  # why\n", "a:  # why\n  b: 2\n"),
        ("c: 1\n", "c: 1\na:\n  b: 2\n"),
        ("a:\n    b:\n    c: 1\n", "a:\n    b: 2\n    c: 1\n"),
        ('{"c": 1}\n', '{"c": 1, "a": {"b": 2}}\n'),
        ("a:\n  x: 1", "a:\n  x: 1\n  b: 2"),
    ],
)
def test_add_makes_what_is_missing(before, after):
    assert edit(before, lambda text: text.add(("a", "b"), 2)) == after


def test_add_writes_a_mapping_or_copies_a_node():
    before = "old:\n  # why\n  - 1\na: {}\n"
    after = edit(before, lambda text: text.add(("a", "b"), {"c": text.root.get("old")}))
    assert after == "old:\n  # why\n  - 1\na:\n  b:\n    c:\n      - 1\n"


def test_add_refuses_what_is_not_a_mapping():
    with pytest.raises(ParseError, match="'a' is not a mapping"):
        edit("a: [1]\n", lambda text: text.add(("a", "b"), 2))


def test_merge_fills_what_is_empty_and_adds_the_rest():
    fields = [
        Field("one", (Field("x", 1),), ("# of one",)),
        Field("two", (Field("x", 2),)),
    ]
    after = edit("a:\n  one:\n  z: 0\n", lambda text: text.merge(("a",), fields))
    assert after == "a:\n  one:\n    # of one\n    x: 1\n  z: 0\n  two:\n    x: 2\n"


def test_replace_writes_another_entry_in_place():
    field = Field("b", (Field("x", 1),), (), "  # new")
    after = edit("# over\na:\n  y: 2\nz: 0\n", lambda text: text.replace(("a",), field))
    assert after == "# over\nb:  # new\n  x: 1\nz: 0\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\nb: 2\n", "b: 2\n"),
        ("# over\na: 1  # beside\nb: 2\n", "# over\n# beside\nb: 2\n"),
        ("{a: 1, b: 2}\n", "{b: 2}\n"),
    ],
)
def test_remove_leaves_the_comments(before, after):
    assert edit(before, lambda text: text.remove(("a",))) == after


def test_remove_leaves_an_empty_mapping():
    after = edit("a:  # why\n  b: 1  # beside\n", lambda text: text.remove(("a", "b")))
    assert after == "a: {}  # why\n  # beside\n"


@pytest.mark.parametrize(
    ("indexes", "after"),
    [
        ([0], "a:\n  # over x\n  - y\n"),
        ([0, 1], "a: []\n  # over x\n"),
    ],
)
def test_remove_items_leaves_the_comments(indexes, after):
    before = "a:\n  # over x\n  - x\n  - y\n"
    assert edit(before, lambda text: text.remove_items(("a",), indexes)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n- x: 1\n", "a:\n- x: 1\n- x: 2\n  y: 3\n"),
        ("a: [{x: 1}]\n", "a: [{x: 1}, {x: 2, y: 3}]\n"),
        ("b:\n  - 1\n", "b:\n  - 1\na:\n  - x: 2\n    y: 3\n"),
        ("b: 1\na: []\n", "b: 1\na:\n- x: 2\n  y: 3\n"),
        ('{"b": 1}\n', '{"b": 1, "a": [{"x": 2, "y": 3}]}\n'),
    ],
)
def test_append_adds_items_in_the_style_of_the_file(before, after):
    items = [(Field("x", 2), Field("y", 3))]
    assert edit(before, lambda text: text.append("a", items)) == after


def test_rewrite_strings_writes_an_anchor_once_and_changes_every_place():
    before = "a: &x 'old text'\nb: [*x, other]\n"

    def find_parts(_, node):
        start = before.index("old", node.start)
        yield start, start + 3, "new"

    after = edit(
        before,
        lambda text: text.rewrite_strings(
            lambda _, value: value.replace("old", "new"), find_parts
        ),
    )
    assert after == "a: &x 'new text'\nb: [*x, other]\n"


def test_lists_move_under_a_new_section_with_their_comments():
    before = (
        "# over\nmodels:\n- m: 1\n# of dbs\nvector_dbs:  # beside\n- {old: 2}\nz: 0\n"
    )
    after = edit(
        before,
        lambda text: rename_item_keys(text, ("vector_dbs",), {"old": "new"}),
        lambda text: move_lists(
            text, "section", {"models": "models", "vector_dbs": "vector_stores"}
        ),
    )
    assert after == (
        "# over\nsection:\n  models:\n  - m: 1\n  # of dbs\n"
        "  vector_stores:  # beside\n  - {new: 2}\nz: 0\n"
    )


def test_lists_move_into_a_section_that_has_entries():
    before = "section:\n  shields: []\nmodels:\n- m: 1\n"
    after = edit(before, lambda text: move_lists(text, "section", {"models": "models"}))
    assert after == "section:\n  shields: []\n  models:\n  - m: 1\n"


def test_keys_of_an_item_behind_an_alias_are_renamed_in_both_places():
    before = "a:\n- &x {old: 1}\n- *x\n"
    after = edit(before, lambda text: rename_item_keys(text, ("a",), {"old": "new"}))
    assert after == "a:\n- &x {new: 1}\n- *x\n"


def test_comments_of_an_entry_belong_to_fields_whoever_asks_first():
    before = "z: 0\n# lead\na:  # beside\n  # over x\n  x: 1  # at x\n  # over y\n  y: 2\n  # end\n"
    text = editor_of(before)
    comments = text.entry_comments(("a",))
    x, y = (key for key, _ in text.root.get("a").entries)
    for _ in range(2):
        assert comments.take(x) == (("# over x",), "  # at x")
        assert comments.remaining([x]) == ("# over y", "# end")
        assert comments.remaining([x, y]) == ("# end",)
        assert comments.all_lines() == [
            *("# lead", "# beside", "# over x", "# at x", "# over y", "# end")
        ]


def test_a_null_under_the_new_name_of_an_entry_makes_way():
    before = "a:\n  url: x\n  base_url:  # none\n"
    after = edit(before, lambda text: text.rename(("a", "url"), "base_url"))
    assert after == "a:\n  base_url: x\n  # none\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  b:\n    x: 1  # why\n    y:\n", "a:\n  b: {}\n    # why\n"),
        ("a:\n  b: {x: 1, y: 2}\n", "a:\n  b: {}\n"),
        ("a:\n  b:\n    x: 1\n    y: 2\n    z: 3\n", "a:\n  b:\n    z: 3\n"),
    ],
)
def test_a_mapping_that_loses_all_its_entries_stays_empty(before, after):
    assert edit(before, lambda text: text.remove_all(("a", "b"), ["x", "y"])) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\nb: 1\n", "a: two\nb: 1\n"),
        ("a:  # why\n", "a: two  # why\n"),
        ("{a, b: 1}\n", "{a: two, b: 1}\n"),
        ("{a: , b: 1}\n", "{a: two, b: 1}\n"),
    ],
)
def test_set_writes_a_value_where_there_is_none(before, after):
    assert edit(before, lambda text: text.set(("a",), "two")) == after
