"""New text: scalars read back as they were, fields have the style of their place."""

import math
from datetime import UTC
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from yaml.resolver import Resolver

from stackcfg.yamltext.document import Document
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.emit import (
    Field,
    emit_block,
    emit_flow,
    emit_quoted,
    emit_scalar,
)
from stackcfg.yamltext.parser import parse_yaml

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=400)
SIGNS = st.text(list(" #:-{}[],&*!|>'\"%@`~=<?.0123456789eEyYnNofx_$/\\\n\t"))
TYPE_PATTERNS = [
    *{
        pattern.pattern: pattern
        for resolvers in Resolver.yaml_implicit_resolvers.values()
        for _, pattern in resolvers
    }.values(),
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
    r"0o[0-7]+",
]
YAML_1_2 = YAML(typ="safe", pure=True)
LOADERS = (
    yaml.safe_load,
    lambda text: yaml.load(text, yaml.CSafeLoader),
    YAML_1_2.load,
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | SIGNS


class TestScalar:
    @STEADY
    @given(
        value=TEXTS
        | st.integers()
        | st.booleans()
        | st.none()
        | st.binary(max_size=8)
        | st.dates()
        | st.datetimes(timezones=st.sampled_from((None, UTC)))
        | st.sets(TEXTS | st.integers(), max_size=3)
    )
    @example("")
    @example("yes")
    @example("010")
    @example("1:30")
    @example("<<")
    @example("=")
    @example("2001-01-01")
    @example("a: b")
    @example("a #b")
    @example("${env.A:=b, c}")
    @example("${env.A:=a: b}")
    @example("~/.llama")
    @example("\ufeff")
    @example("\u2028")
    @example("\x85")
    @example("\x7f")
    def test_any_value_reads_back(self, value: Any):
        for read in (yaml.safe_load, lambda text: yaml.load(text, yaml.CSafeLoader)):
            assert read(emit_scalar(value)) == value
            assert read(f"a: {emit_scalar(value)}\n") == {"a": value}
            written = emit_scalar(value, flow=True)
            assert read(f"{{a: {written}, b: [{written}]}}") == {
                "a": value,
                "b": [value],
            }
            if isinstance(value, str):
                assert read(f"{emit_scalar(value)}: 1\n") == {value: 1}
                assert read(emit_quoted(value)) == value

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("kv_sqlite", "kv_sqlite"),
            ("~/.llama/kvstore.db", "~/.llama/kvstore.db"),
            ("vector_io::faiss", "vector_io::faiss"),
            ("${env.DIR:=~/.llama}/kvstore.db", "${env.DIR:=~/.llama}/kvstore.db"),
            ("C:\\data\\x.db", '"C:\\\\data\\\\x.db"'),
            ("/a b/c.db", "/a b/c.db"),
            (":memory:", '":memory:"'),
            ("", '""'),
            ("true", '"true"'),
            ("5432", '"5432"'),
            (5432, "5432"),
            (True, "true"),
            (None, "null"),
            ("line\nline", '"line\\nline"'),
        ],
    )
    def test_a_usual_string_is_plain(self, value: Any, text: str):
        assert emit_scalar(value) == text

    def test_a_brace_is_quoted_in_a_flow_collection(self):
        assert emit_scalar("${env.A:=b}") == "${env.A:=b}"
        assert emit_scalar("${env.A:=b}", flow=True) == '"${env.A:=b}"'

    @STEADY
    @given(data=st.data())
    def test_strings_that_look_like_other_types_read_back(self, data: st.DataObject):
        """Of each implicit type of PyYAML, and of the numbers of YAML 1.2."""
        pattern = data.draw(st.sampled_from(TYPE_PATTERNS))
        value = data.draw(st.from_regex(pattern, fullmatch=True))
        for flow, text in ((False, "a: {}\n"), (True, "{{a: {}}}\n")):
            written = text.format(emit_scalar(value, flow))
            for load in LOADERS:
                assert load(written) == {"a": value}

    @pytest.mark.parametrize(
        "value", ["2024-02-30", "0x_", "0b_", "1e3", "0o17", "089", "-.5e-3", "1."]
    )
    def test_a_string_that_any_reader_takes_for_a_number_or_date_is_quoted(
        self, value: str
    ):
        assert emit_scalar(value) == f'"{value}"'
        assert emit_scalar(value, flow=True) == f'"{value}"'

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (1.5, "1.5"),
            (1e16, "1.0e+16"),
            (1.5e-7, "1.5e-07"),
            (float("inf"), ".inf"),
            (float("-inf"), "-.inf"),
        ],
    )
    def test_a_float_reads_back(self, value: float, text: str):
        assert emit_scalar(value) == text
        assert yaml.safe_load(text) == value

    def test_a_float_that_is_no_number_reads_back(self):
        assert math.isnan(yaml.safe_load(emit_scalar(math.nan)))

    def test_a_colon_inside_of_a_word_is_plain_in_a_flow_collection(self):
        text = f"{{a: {emit_scalar('http://h:80/v1', flow=True)}}}"
        assert text == "{a: http://h:80/v1}"
        for load in LOADERS:
            assert load(text) == {"a": "http://h:80/v1"}


def put(text: str, pieces: list) -> str:
    """The text with pieces in place of its `@`."""
    at = text.index("@")
    return apply_edits(text, [Edit(at, at + 1, tuple(pieces))])


def document(text: str) -> Document:
    return parse_yaml(text.replace("@", "x", 1))[0]


class TestBlock:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ([Field("a", 1), Field("b", "x: y")], '  a: 1\n  b: "x: y"\n'),
            (
                [Field("a", (Field("b", (Field("c", None),)),))],
                "  a:\n    b:\n      c: null\n",
            ),
            ([Field("a", 1, ("# over",), " # beside")], "  # over\n  a: 1 # beside\n"),
            (
                [Field("a", (Field("b", 1, ("# in",)),), (), "  # beside")],
                "  a:  # beside\n    # in\n    b: 1\n",
            ),
            ([Field("a", ())], "  a: {}\n"),
            ([Field("a b", 1), Field("yes", 2)], '  a b: 1\n  "yes": 2\n'),
        ],
    )
    def test_fields_are_lines_of_a_block(self, fields: list[Field], expected: str):
        text = "k:\n  @\n"
        assert put(text, emit_block(document(text), fields, 2, 2)) == "k:\n" + expected

    def test_a_block_has_the_line_ends_of_its_file(self):
        text = "k:\r\n  @\r\n"
        assert (
            put(text, emit_block(document(text), [Field("a", 1), Field("b", 2)], 2, 2))
            == "k:\r\n  a: 1\r\n  b: 2\r\n"
        )

    def test_a_nested_mapping_is_indented_by_the_step(self):
        text = "k:\n    @\n"
        assert (
            put(text, emit_block(document(text), [Field("a", (Field("b", 1),))], 4, 4))
            == "k:\n    a:\n        b: 1\n"
        )

    @pytest.mark.parametrize(
        ("old", "expected"),
        [
            ("a: 'x'", "n: 'x'"),
            ("a: &x 0x10", "n: 0x10"),
            ("a: !!str 5", "n: !!str 5"),
            ("a: {b: 1,  c: 2}", "n: {b: 1,  c: 2}"),
            ("a:\n- b\n- c:\n    d", "n:\n    - b\n    - c:\n        d"),
            ("a:\n    b: 1\n    # in\n    c: 2", "n:\n    b: 1\n    # in\n    c: 2"),
            ("a: |\n  x\n   y\n", 'n: "x\\n y\\n"'),
            ("a:", "n:"),
        ],
    )
    def test_copies_a_value_as_it_is_written(self, old: str, expected: str):
        text = f"k:\n  @\n{old}\n"
        read = document(text)
        value = read.root.entry("a")[1]
        new = put(text, emit_block(read, [Field("n", value)], 2, 2))
        assert new.startswith(f"k:\n  {expected}\n")
        assert yaml.safe_load(new)["k"]["n"] == yaml.safe_load(new)["a"]


class TestFlow:
    @pytest.mark.parametrize(
        ("fields", "json", "expected"),
        [
            (
                [Field("a", 1), Field("b", (Field("c", "d,e"),))],
                False,
                '{a: 1, b: {c: "d,e"}}',
            ),
            (
                [Field("a", "x"), Field("b", (Field("c", None),))],
                True,
                '{"a": "x", "b": {"c": null}}',
            ),
        ],
    )
    def test_fields_are_entries_of_a_flow_mapping(
        self, fields: list[Field], json: bool, expected: str
    ):
        text = "{@}"
        assert put(text, emit_flow(document(text), fields, json)) == expected

    def test_copies_a_value_as_it_is_written(self):
        text = "k: {@}\na: 'x'\n"
        read = document(text)
        assert (
            put(
                text, emit_flow(read, [Field("n", read.root.entry("a")[1])], json=False)
            )
            == "k: {n: 'x'}\na: 'x'\n"
        )
