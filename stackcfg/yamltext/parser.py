"""Parses YAML text into documents, as the server's `yaml.safe_load` reads it."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from stackcfg.yamltext.composer import ComposedDocument, Duplicates
from stackcfg.yamltext.document import Document, ParseError
from stackcfg.yamltext.lines import LineIndex
from stackcfg.yamltext.parser_choice import compose_as_server


def parse_yaml(
    text: str,
    masked: str | None = None,
    lenient: bool = False,
    branches: bool = False,
) -> list[Document]:
    """Read a YAML stream into its documents.

    Structure is read from `masked`, the text with its template
    expressions replaced (see `templates`); values and spans are those
    of `text`. A `lenient` parser lists duplicate keys, of which the
    last counts; as `branches` of a template all of them are entries.

    Raises `ParseError` for whatever `yaml.safe_load` refuses, and for
    duplicate keys.
    """
    try:
        duplicates = _what_becomes_of_duplicates(lenient, branches)
        composed = compose_as_server(masked or text, duplicates)
    except yaml.YAMLError as error:
        raise _describe(error, masked or text) from None
    if masked is not None:
        # most texts are no templates
        from stackcfg.yamltext.template_scalars import restore_templates

        for each in composed:
            restore_templates(each.root, text, masked)
    return list(_make_documents(text, composed, branches))


def _make_documents(
    text: str, composed: list[ComposedDocument], branches: bool
) -> Iterator[Document]:
    """Yield the documents of a stream, each with the text around it."""
    lines = LineIndex(text)
    starts = [0, *(each.start for each in composed[1:])]
    ends = [*starts[1:], len(text)]
    for each, start, end in zip(composed, starts, ends, strict=False):
        yield Document(
            text,
            each.root,
            lines,
            start,
            end,
            tuple(each.duplicates),
            branches,
            each.has_string_keys,
        )


def _what_becomes_of_duplicates(lenient: bool, branches: bool) -> Duplicates:
    if branches:
        return Duplicates.KEPT
    if lenient:
        return Duplicates.LISTED
    return Duplicates.REFUSED


def _describe(error: yaml.YAMLError, text: str) -> ParseError:
    """Return why a text is no YAML, where, and what to write."""
    # most texts are valid
    from stackcfg.yamltext.parse_errors import (
        describe_marked_error,
        describe_reader_error,
    )

    if isinstance(error, yaml.reader.ReaderError):
        return describe_reader_error(error, text)
    if isinstance(error, yaml.MarkedYAMLError):
        return describe_marked_error(error, text)
    raise error
