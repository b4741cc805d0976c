"""Comments are found where YAML has them, and no edit loses one."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.tokens import CommentToken

from stackcfg.yamltext.comments import Comments, keep_comments
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.edits import Copy, Edit, apply_edits
from stackcfg.yamltext.parser import parse_yaml

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=200)
FIXTURES = Path(__file__).parents[2] / "fixtures"
COMMENTED_FIXTURES = [
    path for path in sorted(FIXTURES.rglob("*.yaml")) if b"#" in path.read_bytes()
]

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
"""


def comments_of(text: str) -> Comments:
    return Comments(parse_yaml(text)[0])


def texts(text: str) -> list[str]:
    return [comment.text for comment in comments_of(text).all]


def comment_tokens(value: Any) -> Iterator[CommentToken]:
    """The comment tokens that ruamel.yaml hangs on a token, in lists of lists."""
    if isinstance(value, CommentToken):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from comment_tokens(each)


def scanned_by_ruamel(text: str) -> list[str]:
    found: dict[int, list[str]] = {}
    for token in YAML().scan(text):
        for comment in comment_tokens(token.comment):
            lines = [line.strip() for line in comment.value.split("\n")]
            own = [line for line in lines if line.startswith("#")]
            found[comment.start_mark.index] = own
    return [line for start in sorted(found) for line in found[start]]


class TestFound:
    def test_every_comment_in_order(self):
        numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
        assert [text.lstrip("# ") for text in texts(COMMENTED)] == numbers

    def test_a_comment_ends_before_its_line_end(self):
        [one, two] = comments_of("a: 1 # one\r\n# two  \r\nb: 2\r\n").all
        assert (one.text, two.text) == ("# one", "# two")
        assert (two.start, two.end) == (12, 19)

    def test_a_hash_inside_of_a_scalar_of_many_lines_is_no_comment(self):
        text = "a: plain\n  text\nb: 'x\n  # no\n  y'\nc: >\n  # no\n\n  # no\n"
        assert texts(text) == []

    def test_a_hash_inside_of_a_key_is_no_comment(self):
        assert texts("\"# no\": 1\n'a # b': 2\n") == []

    def test_each_document_has_the_comments_behind_its_start(self):
        text = "# first\na: 1 # one\n---\n# second\nb: 2\n"
        found = [[each.text for each in Comments(one).all] for one in parse_yaml(text)]
        assert found == [["# first", "# one"], ["# second"]]

    @pytest.mark.parametrize(
        "path", COMMENTED_FIXTURES, ids=lambda path: str(path.relative_to(FIXTURES))
    )
    def test_ruamel_yaml_finds_the_same_comments_in_every_fixture(self, path: Path):
        text = path.read_bytes().decode()
        try:
            documents = parse_yaml(text, lenient=True)
            expected = scanned_by_ruamel(text)
        except (ParseError, YAMLError):
            pytest.skip("one of the two refuses this file")
        found = [each.text for one in documents for each in Comments(one).all]
        assert found == expected

    @STEADY
    @given(st.data())
    def test_ruamel_yaml_finds_the_same_comments_in_generated_files(
        self, data: st.DataObject
    ):
        values = st.sampled_from(
            ["1", "x#y", "'# no'", '"a # b"', "[1, '#']", "{a: 1}", "|\n  # no\n  b"]
        )
        endings = st.sampled_from(["", " # beside", "  #tight", "\n# below", "\n"])
        lines = [
            f"k{index}: {data.draw(values)}{data.draw(endings)}\n"
            for index in range(data.draw(st.integers(1, 6)))
        ]
        text = "".join(lines)
        try:
            expected = scanned_by_ruamel(text)
            parse_yaml(text)
        except (ParseError, YAMLError):
            assume(False)
        assert texts(text) == expected


class TestPlace:
    def test_a_comment_beside_ends_the_line_of_an_offset(self):
        text = "{a: 1, # one\n  b: 2} # two\n# three\n"
        comments = comments_of(text)
        assert comments.beside(text.index("1") + 1).text == "# one"
        assert comments.beside(text.index("}") + 1).text == "# two"
        assert comments.beside(text.index("2") + 1) is None
        assert comments.beside(text.index("# three") + 1) is None

    def test_a_comment_on_its_own_line_has_only_space_before_it(self):
        comments = comments_of("a: 1 # one\n  # two\n")
        own = [comments.is_own_line(comment) for comment in comments.all]
        assert own == [False, True]

    def test_comments_within_a_span_begin_in_it(self):
        text = "# one\na: 1 # two\n# three\n"
        within = comments_of(text).within(text.index("a"), text.index("# three"))
        assert [comment.text for comment in within] == ["# two"]


class TestKept:
    @pytest.mark.parametrize(
        ("edit", "expected"),
        [
            (Edit(0, 12, ("x: 2\n",)), "# one\nx: 2\nb: 3\n"),
            (Edit(0, 12), "# one\nb: 3\n"),
            (Edit(0, 12, ("x: 2 # one\n",)), "x: 2 # one\nb: 3\n"),
            (Edit(3, 4, ("2",)), "a: 2  # one\nb: 3\n"),
        ],
        ids=["replaced", "removed", "written again", "untouched"],
    )
    def test_a_dropped_comment_precedes_the_new_text(self, edit: Edit, expected: str):
        text = "a: 1  # one\nb: 3\n"
        document = parse_yaml(text)[0]
        edits = keep_comments(document, Comments(document), [edit])
        assert apply_edits(text, edits) == expected

    def test_a_comment_that_is_copied_elsewhere_is_not_written_twice(self):
        text = "a: 1 # one\nb: 2\n"
        document = parse_yaml(text)[0]
        moved = [Edit(0, 11), Edit(len(text), len(text), (Copy(0, 11),))]
        edits = keep_comments(document, Comments(document), moved)
        assert apply_edits(text, edits) == "b: 2\na: 1 # one\n"

    @STEADY
    @given(st.data())
    def test_no_cut_of_whole_lines_loses_a_comment(self, data: st.DataObject):
        document = parse_yaml(COMMENTED)[0]
        starts = [key.start for key, _ in document.root.entries] + [len(COMMENTED)]
        first = data.draw(st.integers(0, len(starts) - 2))
        last = data.draw(st.integers(first + 1, len(starts) - 1))
        new = data.draw(st.sampled_from(["", "x: 1\n", "x: 1 # three\n"]))
        edit = Edit(starts[first], starts[last], (new,))
        edits = keep_comments(document, Comments(document), [edit])
        result = apply_edits(COMMENTED, edits)
        assume(result.strip())
        written = Counter(
            line[line.rindex("#") :].rstrip()
            for line in result.splitlines()
            if "#" in line
        )
        assert not Counter(texts(COMMENTED)) - written
