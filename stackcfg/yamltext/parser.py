"""Parses YAML text into documents, as the server's `yaml.safe_load` reads it."""

from __future__ import annotations

import yaml

from stackcfg.light_typing import Final
from stackcfg.yamltext.composer import Duplicates
from stackcfg.yamltext.document import (
    Document,
    ParseError,
)
from stackcfg.yamltext.lines import LineIndex
from stackcfg.yamltext.parser_choice import compose_as_server

_HINTS = {
    r"found character '\t'": "use spaces instead of tabs",
    "but got '?'": "quote a string that has a '?' in it",
}
"""What to write, by what the parser says."""

_NO_COLON: Final = "while scanning a simple key"
"""What is read where a line that is no key stands among keys."""


def parse_yaml(
    text: str,
    masked: str | None = None,
    lenient: bool = False,
    branches: bool = False,
) -> list[Document]:
    """Read a YAML stream into its documents.

    Structure is read from `masked`, the text with its template expressions
    replaced (see `templates`); values and spans are those of `text`. A
    `lenient` parser lists duplicate keys, of which the last counts; as `branches`
    of a template all of them are entries.

    Raises `ParseError` for whatever `yaml.safe_load` refuses, and for duplicate
    keys.
    """
    try:
        duplicates = _what_becomes_of_duplicates(lenient, branches)
        composed = compose_as_server(masked or text, duplicates)
    except yaml.reader.ReaderError as error:
        raise _describe_reader_error(error, text) from None
    except yaml.MarkedYAMLError as error:
        raise _describe_marked_error(error) from None
    lines = LineIndex(text)
    starts = [0, *(each.start for each in composed[1:])]
    ends = [*starts[1:], len(text)]
    documents: list[Document] = []
    for (_, root, found), start, end in zip(composed, starts, ends, strict=False):
        document = Document(text, root, lines, start, end, tuple(found), branches)
        documents.append(document)
        if masked is not None:
            # most texts are no templates
            from stackcfg.yamltext.template_scalars import restore_templates

            restore_templates(root, text, masked)
    return documents


def _what_becomes_of_duplicates(lenient: bool, branches: bool) -> Duplicates:
    if branches:
        return Duplicates.KEPT
    if lenient:
        return Duplicates.LISTED
    return Duplicates.REFUSED


def _describe_reader_error(error: yaml.reader.ReaderError, text: str) -> ParseError:
    """Return why a text has characters that YAML does not allow."""
    offset = min(error.position, len(text))
    return ParseError("not YAML text: control characters are not allowed", offset)


def _describe_marked_error(error: yaml.MarkedYAMLError) -> ParseError:
    """Return why a text is no YAML, and where."""
    mark = error.problem_mark or error.context_mark
    if error.context == _NO_COLON:
        # the line that lacks one, and not the next one
        mark = error.context_mark or mark
    problem = error.problem or error.context or "cannot be read"
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    return ParseError(f"not valid YAML: {problem}", mark.index if mark else 0, hint)
