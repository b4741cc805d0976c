"""Texts inside of a ConfigMap or Secret: the places of their characters, edits on them."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stackcfg.yamltext.document import Document, ParseError, Scalar
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.embedded import Embedded, embed_scalar, embedded_texts
from stackcfg.yamltext.embedded_edits import edits_in_outer
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.values import data_of

INNER = "a: 1\nb:\n  - c # é\n\n  - d\ne: 2\n"


def held(
    scalar: str, after: str = "  z: 1\n", kind: str = "ConfigMap", holder: str = "data"
) -> tuple[Document, Embedded]:
    text = f"kind: {kind}\n{holder}:\n  x: {scalar}{after}"
    [document] = parse_yaml(text)
    [embedded] = embedded_texts(document)
    return document, embedded


def literal(text: str, header: str = "|", indent: int = 4) -> str:
    return (
        header
        + "\n"
        + "".join(
            " " * indent * bool(line.strip()) + line
            for line in text.splitlines(keepends=True)
        )
    )


SCALARS = {
    "literal": literal(INNER),
    "comment in the header": literal(INNER, "| # why"),
    "deep": literal(INNER, indent=9),
    "indicated": literal(INNER, "|2", indent=4),
    "first line blank": literal("\n\n" + INNER),
    "windows": literal(INNER).replace("\n", "\r\n"),
    "escapes": '"a: 1\\nb:\\n  - c # \\xe9\\n\\n  - d\\ne: 2\\n"\n',
    "unicode": '"a: 1\\nb:\\n  - c # é\\n\\n  - d\\ne: 2\\n"\n',
    "folded escapes": '"a: 1\\n\\\n    b:\\n\\\n    \\  - c # \\u00e9\\n\\n\\\n    \\  - d\\ne: 2\\n"\n',
    "folded": '"a: 1\n\n    b:\n\n    \\  - c # é\n\n\n    \\  - d\n\n    e: 2\n\n    "\n',
}


@pytest.mark.parametrize("name", SCALARS)
def test_an_embedded_text_is_found(name: str):
    document, embedded = held(SCALARS[name])
    assert embedded.text == data_of(document.root)["data"]["x"]
    assert embedded.text.lstrip("\n") == INNER
    assert embedded.path == ("data", "x")


@pytest.mark.parametrize("name", SCALARS)
def test_each_character_has_its_place_in_the_file(name: str):
    document, embedded = held(SCALARS[name])
    for inner, char in enumerate(embedded.text):
        if char not in "\n é":
            assert document.text[embedded.outer(inner)] == char


EDITS = {
    "in a line": lambda text: Edit(text.index("1"), text.index("1") + 1, ("one",)),
    "a line gone": lambda text: Edit(text.index("b:"), text.index("  - c"), ()),
    "lines gone": lambda text: Edit(text.index("  - c"), text.index("e:"), ()),
    "lines put in": lambda text: Edit(
        text.index("b:"), text.index("b:"), ('n:\n  m: é\n\n  o: "p"\n',)
    ),
    "lines put at the end": lambda text: Edit(len(text), len(text), ("f:\n  g: 3\n",)),
    "over lines": lambda text: Edit(
        text.index("c #"), text.index("d\n"), ("C # \\\n  - ",)
    ),
    "the last line": lambda text: Edit(text.index("e:"), len(text), ("E: 2\n",)),
    "the last line gone": lambda text: Edit(text.index("e:"), len(text), ()),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", SCALARS)
def test_an_edit_of_an_embedded_text_is_an_edit_of_the_file(name: str, edit: str):
    document, embedded = held(SCALARS[name])
    change = EDITS[edit](embedded.text)
    new = apply_edits(document.text, edits_in_outer(document, embedded, [change]))
    data = yaml.safe_load(new)
    assert data["data"] == {"x": apply_edits(embedded.text, [change]), "z": 1}


@pytest.mark.parametrize("name", ["literal", "deep", "indicated"])
def test_lines_that_no_edit_touches_stay(name: str):
    document, embedded = held(SCALARS[name])
    change = EDITS["in a line"](embedded.text)
    new = apply_edits(document.text, edits_in_outer(document, embedded, [change]))
    assert new == document.text.replace("a: 1", "a: one", 1)


@pytest.mark.parametrize("header", ["|", "|-", "|+"])
@pytest.mark.parametrize("after", ["", "  z: 1\n", "\n\n  z: 1\n", "# end\n"])
def test_the_end_of_a_literal_scalar_stays(header: str, after: str):
    document, embedded = held(literal("a: 1\nb: 2\n", header), after)
    change = Edit(
        embedded.text.index("b: 2"), embedded.text.index("b: 2") + 4, ("c: 3\nd: 4",)
    )
    new = apply_edits(document.text, edits_in_outer(document, embedded, [change]))
    assert new == document.text.replace("    b: 2", "    c: 3\n    d: 4")


def quoted(text: str, quote: str, width: int) -> str:
    """Return a text in quotes, folded to lines of a width."""
    dumped = yaml.safe_dump(text, default_style=quote, width=width, allow_unicode=True)
    return dumped.rstrip("\n").replace("\n", "\n    ") + "\n"


LINES = "  ab\n\t'\"\\:é{"


@given(
    text=st.text(LINES, min_size=2),
    quote=st.sampled_from("\"'"),
    width=st.integers(4, 60),
    new=st.text(LINES, max_size=6),
    place=st.tuples(st.integers(0, 90), st.integers(0, 12)),
)
def test_any_edit_of_a_text_in_quotes_means_the_same(
    text: str, quote: str, width: int, new: str, place: tuple[int, int]
):
    # a text of several lines, which is held whatever else is in it
    document, embedded = held(quoted("a: 1\n" + text, quote, width))
    start = min(place[0], len(embedded.text))
    change = Edit(start, min(start + place[1], len(embedded.text)), (new,))
    edited = apply_edits(document.text, edits_in_outer(document, embedded, [change]))
    wanted = apply_edits(embedded.text, [change])
    assert yaml.safe_load(edited)["data"] == {"x": wanted, "z": 1}


def test_lines_that_begin_with_spaces_are_put_in_between_folded_lines():
    document, embedded = held(SCALARS["folded escapes"])
    place = embedded.text.index("  - c")
    change = Edit(place, place, ("  - new\n",))
    [edit] = edits_in_outer(document, embedded, [change])
    assert edit.text == "\\  - new\\n"
    assert edit.start == edit.end == document.text.index("\\  - c")


def test_single_quotes_stay():
    document, embedded = held("""'{"a": "it''s", "b": 1}'\n""")
    change = Edit(embedded.text.index("1"), embedded.text.index("1") + 1, ('"it\'s"',))
    new = apply_edits(document.text, edits_in_outer(document, embedded, [change]))
    assert new == document.text.replace('"b": 1', '"b": "it\'\'s"')


def test_a_folded_scalar_is_refused():
    document, embedded = held(">\n    {a: 1,\n    b: 2}\n")
    with pytest.raises(ParseError, match="folded scalar"):
        edits_in_outer(document, embedded, [Edit(0, 1, ("",))])


class TestHolders:
    def paths(self, text: str) -> list[tuple]:
        return [
            embedded.path
            for document in parse_yaml(text)
            for embedded in embedded_texts(document)
        ]

    def test_a_secret_holds_texts(self):
        text = (
            'kind: Secret\nstringData: {x: "a: 1\\nb: 2"}\ndata: {y: "a: 1\\nb: 2"}\n'
        )
        assert self.paths(text) == [("stringData", "x")]

    def test_the_objects_of_a_list_hold_texts(self):
        text = "kind: List\nitems:\n- kind: Service\n- kind: ConfigMap\n  data:\n    x: |\n      a: 1\n      b: 2\n"
        assert self.paths(text) == [("items", 1, "data", "x")]

    @pytest.mark.parametrize(
        "text",
        [
            "kind: Deployment\ndata:\n  x: |\n    a: 1\n",
            "data:\n  x: |\n    a: 1\n",
            "kind: ConfigMap\ndata:\n  x: plain\n  y: 1\n  z:\n",
            "kind: ConfigMap\ndata: |\n  a: 1\n",
            "kind: ConfigMap\n",
            "- kind: ConfigMap\n",
            "kind: List\nitems: a\n",
        ],
    )
    def test_other_objects_hold_no_texts(self, text: str):
        assert self.paths(text) == []


@pytest.mark.parametrize("after", ["", "\n", "\n  z: 1\n"])
def test_spaces_behind_the_last_line_change_no_other_line(after: str):
    document, embedded = held("|\n    a: 1\n    e: 2 ", after)
    change = EDITS["in a line"](embedded.text)
    new = apply_edits(document.text, edits_in_outer(document, embedded, [change]))
    assert new == document.text.replace("a: 1", "a: one")


@pytest.mark.parametrize("after", ["", "\n", "\n  z: 1\n"])
def test_spaces_behind_the_last_line_stay_as_many(after: str):
    document, embedded = held("|\n    a: 1\n    e: 2 ", after)
    change = EDITS["the last line"](embedded.text)
    new = apply_edits(document.text, edits_in_outer(document, embedded, [change]))
    assert new == document.text.replace("e: 2", "E: 2")


def test_a_literal_scalar_with_line_breaks_of_another_kind_is_read():
    text = "kind: ConfigMap\x85data:\x85  x: |\x85    a: 1\x85    b: 2\x85"
    [embedded] = embedded_texts(parse_yaml(text)[0])
    assert embedded.text == "a: 1\nb: 2\n"


ONE_BY_ONE = {
    '"': re.compile(
        r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)"
        r"|[ \t]*(?:\r?\n[ \t]*)+|."
    ),
    "'": re.compile(r"''|[ \t]*(?:\r?\n[ \t]*)+|."),
}
"""Each character of a quoted scalar, as it is written."""

PLAIN_PIECES = ["a", " ", "   ", "\t", "é", "\n", "\n\n   ", "  \r\n\t", "\r", "-"]
PIECES = {
    '"': [*PLAIN_PIECES, r"\n", r"\x41", r"\u00e9", r"\"", "\\ ", "\\\n  ", "\\\r\n"],
    "'": [*PLAIN_PIECES, "''", "\\"],
}


def places_one_by_one(text: str, quote: str) -> list[int]:
    places: list[int] = []
    for match in ONE_BY_ONE[quote].finditer(text, 1, len(text) - 1):
        length = 1
        if match[0].startswith(("\\\n", "\\\r\n")) and quote == '"':
            length = 0
        elif not match[0].startswith(("\\", "'")):
            length = max(1, match[0].count("\n") - 1)
        places += range(match.start(), match.start() + length)
    return [*places, len(text) - 1]


@pytest.mark.parametrize("quote", PIECES)
@given(data=st.data())
def test_runs_of_a_quoted_scalar_are_its_characters(quote: str, data: st.DataObject):
    pieces = data.draw(st.lists(st.sampled_from(PIECES[quote]), max_size=12))
    text = quote + "".join(pieces) + quote
    node = Scalar(0, len(text), None, "", quote)
    embedded = embed_scalar(text, node, ())
    places = places_one_by_one(text, quote)
    assert [embedded.outer(offset) for offset in range(len(places))] == places
