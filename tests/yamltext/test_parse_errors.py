"""A text that is no YAML is reported where it is wrong, with what to write."""

from __future__ import annotations

import pytest
import yaml

from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.values import data_of

BROKEN = [
    # where both parsers give up is a line, or the whole file, behind what is open
    ("a: [1, 2\nb: 3\n", 3, "close the '[' with a ']'"),
    ("a:\n  b: {c: 1\nd: 2\n", 8, "close the '{' with a '}'"),
    ("a: 'b\nc: d\n", 3, "close the quote that begins here"),
    ('a: "b\nc: d\n', 3, "close the quote that begins here"),
    # the next line is a part of the list: a comma is missing there
    ('[\n  "a"\n  "b"\n]\n', 10, "or write the ',' that is missing"),
    ("a: b: c\n", 4, "write a string with ': ' in it in quotes"),
    ("a:\n  b: 1\n c: 2\n", 11, "check how far this line"),
    ("- a\nb: c\n", 4, "check how far this line"),
    ('a: "b" c\n', 7, "the string ends at the quote before this place"),
    ("a: 'it's'\n", 7, "the string ends at the quote before this place"),
    ('a: "b"\n c: d\n', 8, "check how far this line"),
    ("a: @b\n", 3, "write the string in quotes"),
    ("a: `b\n", 3, "write the string in quotes"),
    ("a: ```b\n", 3, "write the string in quotes"),
    (
        "# How to\n\n1. Apply it:\n\n   ```bash\n   a: b\n   ```\n",
        27,
        "put the run config of the block into a file of its own",
    ),
    (
        "```yaml\na: b\n```\n",
        0,
        "put the run config of the block into a file of its own",
    ),
    ("a: *\n", 4, "write the string in quotes if it is no alias"),
    ("a: *b\n", 3, "write '&b' before its value, or quote a string"),
    ("a: - b\n", 3, "begin the list on a line of its own"),
    ("a: [\n", 5, "close the '[' or '{' that is open at the end"),
    ("a: ]\n", 3, "remove this character"),
    ("a: |b\n  c\n", 4, "or its text on the next lines"),
    ('a: "\\q"\n', 4, "write '\\\\' for a backslash"),
    ("a: !e!x b\n", 3, "remove the tag"),
    ("a: !e b\n", 3, "the server refuses it; remove the tag"),
    ("a: !e [b]\n", 3, "the server refuses it; remove the tag"),
    ("a: =\n", 3, "the server refuses it; write the string in quotes"),
    ("a: 2024-99-99\n", 3, "the server refuses it; write the string in quotes"),
    ("a: {<<: b}\n", 8, "write an alias: '<<: *NAME'"),
    ("%YAML 2.0\n---\na: 1\n", 0, "write '%YAML 1.1', or remove the line"),
    ("[a]\nb: c\n", 4, "a run config is one mapping"),
    ("a:\n\tb: 1\n", 3, "use spaces instead of tabs"),
    ("a: b # c\u2028d\n", 9, "remove the character U+2028"),
    ("a: b # c\x85d\n", 9, "remove the character U+0085"),
    ("a: \x1b[0m\n", 3, "remove it"),
    ("a\0:\0", 1, "if the file is UTF-16, convert it to UTF-8"),
]


def read_all(text: str) -> list[object]:
    return [data_of(document.root) for document in parse_yaml(text)]


@pytest.mark.parametrize(("text", "offset", "hint"), BROKEN)
def test_an_error_says_where_and_what_to_write(text, offset, hint):
    with pytest.raises((yaml.YAMLError, ValueError)):
        yaml.load(text, yaml.SafeLoader)
    with pytest.raises(ParseError) as caught:
        read_all(text)
    assert hint in caught.value.hint
    assert caught.value.offset == offset
