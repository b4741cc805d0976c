"""Commented-out items at the end of a list belong to the list."""

from __future__ import annotations

import pytest

from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.entries import entry_span
from stackcfg.yamltext.parser import parse_yaml


def parts(text: str) -> list[str]:
    """Return the text of each entry at the top, with its comments."""
    document = parse_yaml(text)[0]
    comments = Comments(document)
    found = []
    for key, value in document.root.entries:
        span = entry_span(document, comments, key, value)
        found.append(text[span.lead : span.after])
    return found


@pytest.mark.parametrize(
    "trailing",
    [
        "# - id: b\n",
        "# - id: b\n#   url: x\n",
        "#- id: b\n#  url: x\n",
        "# off for now\n# - id: b\n",
        "\n# - id: b\n# - id: c\n",
        "# - id: b\n# second\n# - id: c\n#   more:\n#   - x\n",
    ],
)
@pytest.mark.parametrize("indent", ["", "  "])
@pytest.mark.parametrize("value", ["x", "[]", "{a: 1}"])
def test_they_stay_with_their_list(trailing: str, indent: str, value: str):
    items = "".join(
        f"{indent}{line}\n" if line else "\n" for line in trailing.splitlines()
    )
    first = f"tools:\n{indent}- id: a\n{indent}  url: {value}\n{items}"
    last = "# the server\nserver: 1\n"
    assert parts(first + last) == [first, last]


def test_a_hash_at_the_margin_is_a_comment_of_an_indented_list():
    first = "tools:\n  - id: a\n#  - id: b\n#    url: x\n"
    assert parts(f"{first}server: 1\n") == [first, "server: 1\n"]


def test_an_empty_list_can_have_them():
    first = "tools: []\n# - id: b\n#   url: x\n"
    assert parts(f"{first}server: 1\n") == [first, "server: 1\n"]


def test_a_list_of_words_can_have_them():
    first = "apis:\n- one\n# - two\n"
    assert parts(f"{first}server: 1\n") == [first, "server: 1\n"]


@pytest.mark.parametrize(
    "lead",
    [
        "# the server\n",
        "# - remember: this\n",
        "# the server:\n# - is small\n",
        "# id: x\n",
    ],
)
def test_other_comments_belong_to_what_is_below(lead: str):
    first = "tools:\n- id: a\n"
    last = f"{lead}server: 1\n"
    assert parts(first + last) == [first, last]


def test_they_belong_to_the_list_of_their_column():
    text = (
        "providers:\n"
        "  one:\n"
        "  - id: a\n"
        "    tags:\n"
        "    - id: t\n"
        "    # - id: u\n"
        "  # - id: b\n"
        "  two: []\n"
    )
    document = parse_yaml(text)[0]
    comments = Comments(document)
    providers = document.root.entries[0][1]
    spans = [
        entry_span(document, comments, key, value) for key, value in providers.entries
    ]
    assert [text[each.lead : each.after] for each in spans] == [
        text[text.index("  one") : text.index("  two")],
        "  two: []\n",
    ]
    item = providers.entries[0][1].items[0]
    span = entry_span(document, comments, *item.entries[1])
    assert text[span.line : span.after] == "    tags:\n    - id: t\n    # - id: u\n"
