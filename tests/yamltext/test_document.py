"""Text to nodes: spans, meaning, and what is refused."""

import json
from pprint import pformat

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stackcfg.yamltext.document import (
    ALIAS,
    MAPPING,
    Document,
    Node,
    ParseError,
    Scalar,
    content_start,
    walk_nodes,
)
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.templates import mask_expressions
from stackcfg.yamltext.values import data_of, merged_entries
from tests.support.budgets import budget

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=150)

STYLES = """\
plain: one two  # beside
"quoted": "a \\" # b"
'single': 'it''s'
many: plain text
  over lines
folded: >-
  some
  text
literal: |
  # no comment
    more

kept: |+
  two

strip: |-   # a comment
  end
indicated: |2
    more
   less
empty:
tilde: ~
flow: {a: 1, b: [x, "y", {c: d}], e, f: }
many_flow: {
  a: 1, # beside
  b: 2
}
block:
  list:
  - a
  - b: c
    d: e
  -
    f: g
  - - nested
    - twice
  indented:
    - x
? complex
: value
typed: [1, 010, 0x1f, 1.5, .inf, yes, null, 2001-01-01, 1e3, 1_000]
"""
TAGGED = STYLES + "tagged: [!!str 5, ! 6]\nbinary: !!binary aGk=\n"
"""The same, and what only the parser in pure Python is asked about."""


def only(text: str) -> Document:
    [document] = parse_yaml(text)
    return document


def source(document: Document, node: Node) -> str:
    """The text of a node, put back into its column."""
    column = node.start - document.lines.start_of(node.start)
    return " " * column + document.text[node.start : node.end]


def check_spans(text: str) -> None:
    document = only(text)
    for path, node in walk_nodes(document.root):
        if node.kind == ALIAS:
            assert document.text[node.start] == "*"
        elif node.start < node.end and node.style not in ("|", ">"):
            assert yaml.safe_load(source(document, node)) == data_of(node), path
        for key, _ in node.entries:
            assert yaml.safe_load(source(document, key)) == data_of(key)


class TestSpans:
    @pytest.mark.parametrize("text", [STYLES, TAGGED])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_a_node_of_each_style_has_its_own_text(self, text: str, newline: str):
        text = text.replace("\n", newline)
        check_spans(text)
        assert data_of(only(text).root) == yaml.safe_load(text)

    @STEADY
    @given(
        data=st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.text("abc#: '\"", min_size=1), inner, max_size=4)
            ),
            max_leaves=12,
        ),
        flow=st.sampled_from([True, False, None]),
        indent=st.sampled_from([2, 4]),
        width=st.sampled_from([20, 1000]),
    )
    def test_the_spans_of_any_dumped_data_read_back(
        self, data: object, flow: bool | None, indent: int, width: int
    ):
        text = yaml.safe_dump(
            data,
            default_flow_style=flow,
            indent=indent,
            width=width,
            allow_unicode=True,
        )
        check_spans(text)
        assert data_of(only(text).root) == data

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a:\n  b: 1\n\n# next\nc: 2\n", "b: 1"),
            ("a:\n- b\n- c  # beside\n", "- b\n- c"),
            ("a: {b: 1,\n  c: 2} # x\n", "{b: 1,\n  c: 2}"),
            ("a: |\n  text\n\n\nb: 1\n", "|\n  text"),
            ("a: |+\n  text\n\nb: 1\n", "|+\n  text\n\n"),
            ("a: >2-\n   text\n# next\n", ">2-\n   text"),
            ("a: &x !!map\n  b: 1\n", "!!map\n  b: 1"),
            ("a: &x {b: 1}\n", "{b: 1}"),
            ("a: &x !!str 'b'\n", "!!str 'b'"),
            ("a: *x\n", None),
            ("a:\n", ""),
        ],
    )
    def test_a_value_has_the_span_of_its_text(self, text: str, expected: str | None):
        if expected is None:
            text = "x: &x 1\n" + text
        document = only(text)
        node = document.root.entry("a")[1]
        assert document.source(node) == ("*x" if expected is None else expected)

    def test_a_tag_in_front_of_an_anchor_cannot_be_cut(self):
        document = only("a: !!str &x b")
        with pytest.raises(ParseError, match="a tag in front of an anchor"):
            content_start(document.text, document.root.get("a"))


class TestMeaning:
    @pytest.mark.parametrize(
        "scalar",
        [
            "yes",
            "010",
            "1:30",
            "0o7",
            "1e3",
            "=x",
            "~",
            "null",
            "'no'",
            "2001-01-01",
            "1_0",
        ],
    )
    def test_scalars_mean_what_yaml_1_1_says(self, scalar: str):
        assert data_of(only(f"a: {scalar}").root) == yaml.safe_load(f"a: {scalar}")

    @pytest.mark.parametrize(
        "text",
        [
            "a: &a {x: 1}\nb: {<<: *a, y: 2}",
            "a: &a {one: 1, two: 1}\nb: &b {two: 2, six: 2}\nc: {<<: [*a, *b], one: 3}",
            "a: &a {one: 1, two: 1}\nb: &b {two: 2, six: 2}\nc: {<<: [*a, *b, *a]}",
            "a: &a {one: 1}\nb: &b {one: 2}\nc:\n  <<: *a\n  <<: *b",
            "a: &a {one: 1}\nb: &b {<<: *a, one: 2}\nc: {<<: *b}",
            "a: &a {x: 1}\nb: &b {<<: *a}\nc:\n  <<: *b\n  k: v",
            "a: &a {url: 1, x: 1}\nb: &b {url: 2, x: 2}\nc: {<<: [*a, *b]}\nd: {<<: [*b, *a, *b]}",
            "a: &a {url: 1, x: 1}\nb: &b {url: 2, x: 2}\nc:\n  <<: *a\n  <<: *b\nd:\n  <<: *b\n  url: 3\n  <<: *a",
            "a: &a [1]\nb: [*a, *a]",
            'a: {"<<": 1}',
            "a: {=: 1}",
            "a: &a {1: one}\nb: {<<: *a, '1': two}",
            "a: &a {one: 1}\nb: &b {<<: *a, one: 2}\nc: {<<: [*b, *a]}\nd: {<<: [*a, *b]}",
            "a: &a {one: 1, two: 2}\nb: {<<: *a, one: 3}",
            "a: &a one\nb: {<<: [{*a : 1}, {one: 2}, {*a : 3}]}",
            "a: {!!merge x: {one: 1}, ! <<: {two: 2}, !!str <<: {six: 6}}",
        ],
    )
    def test_merge_keys_mean_what_the_server_reads(self, text: str):
        assert data_of(only(text).root) == yaml.safe_load(text)

    @pytest.mark.parametrize("merges", ["<<: [*a, *b]", "<<: *a\n  <<: *b"])
    def test_the_last_merged_entry_counts(self, merges: str):
        document = only(f"a: &a {{port: 1}}\nb: &b {{port: 2}}\nc:\n  {merges}\n")
        entries = merged_entries(document.root.get("c"))
        assert [(key.text, document.source(value)) for key, value in entries] == [
            ("port", "2")
        ]

    def test_merged_entries_keep_their_place(self):
        document = only("a: &a {x: 1}\nb: {<<: *a, y: 2}")
        entries = merged_entries(document.root.get("b"))
        assert [(key.text, document.source(value)) for key, value in entries] == [
            ("x", "1"),
            ("y", "2"),
        ]

    def test_a_stream_has_every_document(self):
        documents = parse_yaml("a: &x 1\n---\n# only a comment\n---\nb: 2\n...\n")
        assert [data_of(document.root) for document in documents] == [
            {"a": 1},
            None,
            {"b": 2},
        ]

    def test_a_path_leads_to_a_node(self):
        root = only("a: &x {b: [1, {c: d}]}\ne: *x\n").root
        assert root.at(("e", "b", 1, "c")).text == "d"
        assert root.at(("e", "b", 2)) is None
        assert root.at(("e", "none", "c")) is None
        assert root.at(("e", None)) is None  # data can have a null key
        assert root.get("none") is None

    def test_a_null_is_a_plain_scalar(self):
        root = only("a:\nb: null\nc: ''\nd: {}\n").root
        assert [root.get(key).is_null for key in "abcd"] == [True, True, False, False]

    def test_an_empty_text_has_no_document(self):
        assert parse_yaml("") == []
        assert parse_yaml("# only a comment\n") == []

    def test_a_template_expression_keeps_its_text(self):
        text = 'a: {{ .Values.a }}\nb: "{{ .b }}-{{ .c }}"\nc: {{ .Values.a }}/x\n'
        [document] = parse_yaml(text, mask_expressions(text))
        assert data_of(document.root) == {
            "a": "{{ .Values.a }}",
            "b": "{{ .b }}-{{ .c }}",
            "c": "{{ .Values.a }}/x",
        }


class TestPositions:
    @pytest.mark.parametrize(
        ("text", "offset", "expected"),
        [
            ("ab\ncd", 0, (1, 1)),
            ("ab\ncd", 2, (1, 3)),
            ("ab\r\ncd", 4, (2, 1)),
            ("ä\n𝄞x", 3, (2, 2)),
            ("a\n", 2, (2, 1)),
        ],
    )
    def test_a_position_counts_characters_from_1(
        self, text: str, offset: int, expected: tuple[int, int]
    ):
        assert LineIndex(text).position(offset) == Position(*expected)

    def test_an_index_has_the_starts_of_all_lines(self):
        lines = LineIndex("ab\ncd\r\nef")
        assert [lines.start_of(offset) for offset in (0, 2, 3, 6, 7, 9)] == [
            0,
            0,
            3,
            3,
            7,
            7,
        ]
        assert [lines.after(offset) for offset in (0, 2, 3, 7, 9)] == [3, 3, 7, 9, 9]

    @pytest.mark.parametrize(
        ("text", "newline"),
        [("a", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb", "\r\n"), ("", "\n")],
    )
    def test_a_document_has_the_line_end_of_its_first_line(
        self, text: str, newline: str
    ):
        assert (
            Document(
                text, Scalar(0, 0, None, "", None), LineIndex(text), 0, len(text)
            ).newline
            == newline
        )


def all_data(text: str) -> list[object]:
    return [data_of(document.root) for document in parse_yaml(text)]


REFUSED = [
    ("a: 1\nb: 2\na: 3\n", 10, "duplicate key 'a'"),
    ("1: a\n0x1: b\n", 5, "duplicate key '1'"),
    ("{a: 1, 'a': 2}", 7, "duplicate key 'a'"),
    ("a: *x\n", 3, "alias '*x' has no anchor before it"),
    ("a: &x 1\n---\nb: *x\n", 15, "alias '*x' has no anchor before it"),
    ("a: &x [*x]\n", 7, "alias '*x' is inside its own anchor"),
    ("a: !thing 1\n", 3, "unknown tag '!thing'"),
    (
        "a: !!python/object:os.system x\n",
        3,
        "unknown tag 'tag:yaml.org,2002:python/object:os.system'",
    ),
    ("a: !!int x\n", 3, "a value does not fit its type 'int'"),
    ("a: !!int ''\n", 3, "a value does not fit its type 'int'"),
    ("a: !!bool abc\n", 3, "a value does not fit its type 'bool'"),
    ("a: !!timestamp abc\n", 3, "a value does not fit its type 'timestamp'"),
    ("a: <<\n", 3, "unknown tag 'tag:yaml.org,2002:merge'"),
    ("a: [=]\n", 4, "unknown tag 'tag:yaml.org,2002:value'"),
    ("a: &x 1\nb: &x 2\n", 11, "a second anchor '&x' in one document"),
    ('a: "\\ud83d"\n', 3, "not valid YAML: half of a surrogate pair"),
    ('a: "\\U0011ffff"\n', 6, "not valid YAML: an escape that stands for no character"),
    ("a: !!str {}\n", 3, "a mapping cannot have the tag 'tag:yaml.org,2002:str'"),
    ("a: 2001-99-99\n", 3, "a value does not fit its type 'timestamp'"),
    ("? [a]\n: b\n", 2, "a list or mapping cannot be a key"),
    ("a: {<<: 1}\n", 8, "a merge key '<<' must name a mapping"),
    ("a: [1\n", 3, "not valid YAML"),
    ("a: b: c\n", 4, "not valid YAML"),
    ("a:\n\tb: 1\n", 3, "not valid YAML"),
    ("a: 1\nifdef::up[]\nb: 2\n", 5, "not valid YAML: could not find expected"),
    ("a: \x00\n", 3, "not YAML text"),
    ("é: \x00\n", 3, "not YAML text"),
    ("a: {b: http://c/?d=e}\n", 16, "not valid YAML: expected ',' or '}', but got '?'"),
    ("a: [\n  b, c?\n]\n", 11, "not valid YAML: expected ',' or ']', but got '?'"),
    ("a: [!!str, b]\n", 4, "unknown tag 'tag:yaml.org,2002:str,'"),
    (
        "a: |# b\n  c\n",
        4,
        "not valid YAML: expected chomping or indentation indicators",
    ),
    ("a: b\t\n", 4, r"not valid YAML: found character '\t'"),
]


@pytest.mark.parametrize(
    ("text", "offset", "message"), REFUSED, ids=[message for _, _, message in REFUSED]
)
def test_a_text_that_the_server_refuses_is_refused(
    text: str, offset: int, message: str
):
    with pytest.raises(ParseError) as error:
        all_data(text)
    assert error.value.message.startswith(message)
    assert error.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: , c:}\n",
        "a: {b:, c: d}\n",
        "a: |-\n  \tb\n",
        "a: b  # \tc\n",
        "%YAML 1.3\n--- a\n",
        "a: {b: 'c?', d: [\"?\"]}\ne: f?g\n",
        "a: {? b : c}\n",
        "a: [!!str b , c]\n",
        "a: | # b\n  c\n",
        "a: [\ufeffb]\n",
    ],
)
def test_a_text_that_libyaml_refuses_means_what_the_server_reads(text: str):
    """Texts that libyaml refuses, reads otherwise, or would read otherwise if they were a little different."""
    assert data_of(only(text).root) == yaml.safe_load(text)


INDICATORS = (
    *"?-:,[]{}#|>:",
    "? ",
    "- ",
    ": ",
    ": ",
    ", ",
    " #",
    "|#",
    ">2",
    "|-\n",
    "|\n  ",
    "|+\n  aa\n",
)
SPACES = (*" \n\n\t\x85\u2028", "  ", "\n  ", "\n    ", "\n\n", "\r\n")
TAGS = (
    "!",
    "!t",
    "!!str ",
    "!!bool ",
    "!!int ",
    "!!timestamp ",
    "!!merge ",
    "!!set ",
    "!!value ",
    "&n ",
    "*n",
)
QUOTED = ('"', "'", '"q"', "'s'", "\\", "\\x41", "\\/", "\\U0011ffff")
WORDS = (
    "aa",
    "bb",
    "x1",
    "12",
    "yes",
    "0o7",
    ".5",
    "é",
    "~",
    "=",
    "<<",
    "<<: ",
    "http://h/",
    "${e:=}",
    "${e:+a}",
)
MARKS = ("---", "\n---\n", "...", "\n...\n", "%", "%YAML 1.2\n", "@", "`", "\ufeff")
TOKENS = (*WORDS, *INDICATORS, *SPACES, *TAGS, *QUOTED, *MARKS)
OPENINGS = ("", "aa: {", "[", "{aa: ", "- [", "kk: ", "kk: &m {aa: 1}\ncc: {<<: *m, ")
SAFER = (
    "half of a surrogate pair",
    "is inside its own anchor",
    "millions of values",
    "nested more than",
)
"""What is refused for the sake of whoever reads on, though `safe_load` would take it."""


@settings(STEADY, max_examples=budget(1500))
@given(
    st.builds(
        lambda opening, rest: opening + "".join(rest),
        st.sampled_from(OPENINGS),
        st.lists(st.sampled_from(TOKENS), max_size=12),
    )
)
def test_any_text_is_read_as_by_the_server(text: str):
    """Any text is refused by both, or means the same to both."""
    try:
        expected = list(yaml.safe_load_all(text))
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        yaml.YAMLError,
    ):
        expected = None
    try:
        found = [data_of(document.root) for document in parse_yaml(text, lenient=True)]
    except ParseError as error:
        assume(not any(words in error.message for words in SAFER))
        found = None
    assert pformat(found) == pformat(expected)


@pytest.mark.parametrize("text", [STYLES, STYLES.replace("\n", "\r\n")])
def test_both_parsers_give_the_same_tree(text: str, monkeypatch: pytest.MonkeyPatch):
    def read() -> list[object]:
        # an empty value is behind the colon for one parser, behind the space for the other
        document = only(text)
        nodes = walk_nodes(document.root)
        return [
            (path, document.source(node) and (node.start, node.end), data_of(node))
            for path, node in nodes
        ]

    with_libyaml = read()
    monkeypatch.setattr("stackcfg.yamltext.parser_choice._FAST_LOADER", None)
    assert read() == with_libyaml


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: {b: c?d}\n", "quote a string that has a '?' in it"),
        ("a:\tb\n\tc: d\n", "use spaces instead of tabs"),
    ],
)
def test_an_error_says_what_to_write(text: str, hint: str):
    with pytest.raises(ParseError) as error:
        parse_yaml(text)
    assert error.value.hint == hint


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "a: " + "[" * 100_000 + "]" * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(1_000)),
    ],
    ids=["lists", "mappings", "items", "closed", "blocks"],
)
def test_deep_nesting_is_refused(text: str):
    with pytest.raises(ParseError, match="nested more than"):
        parse_yaml(text)


@pytest.mark.parametrize("value", ["{{k: {}}}", "[{}]", "{{<<: {}}}"])
def test_deep_nesting_through_aliases_is_refused(value: str):
    lines = ["a0: &a0 {k: 1}"]
    lines += [f"a{n}: &a{n} {value.format(f'*a{n - 1}')}" for n in range(1, 600)]
    document = parse_yaml("\n".join(lines[:90]))[0]
    assert len(data_of(document.root)) == 90
    with pytest.raises(ParseError, match="nested more than"):
        parse_yaml("\n".join(lines))


@pytest.mark.parametrize("lines", ["[{}]", "{{<<: [{}]}}"], ids=["lists", "merges"])
def test_an_alias_bomb_is_refused(lines: str):
    first = "a0: &a0 {x: 1}\n"
    rest = (
        f"a{n}: &a{n} {lines.format(', '.join([f'*a{n - 1}'] * 10))}\n"
        for n in range(1, 12)
    )
    with pytest.raises(ParseError, match="aliases expand to millions of values"):
        parse_yaml(first + "".join(rest))


def test_json_is_read_as_yaml():
    data = {"a": [1, 2.5, None, True, "x\n\"'#: "], "b": {}, "c": []}
    for indent in (None, 2):
        root = only(json.dumps(data, indent=indent)).root
        assert root.kind == MAPPING
        assert root.flow
        assert data_of(root) == data
