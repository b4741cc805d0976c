"""Chooses the parser of a text: libyaml where it agrees with the
server's parser.

The server reads with PyYAML's parser in pure Python. libyaml is many
times faster, and reads some texts differently:

- tabs, and byte order marks inside of the text, which it accepts in more
  places;
- `?` inside of brackets or braces, where it ends an unquoted scalar, and
  `{a:}`, which it refuses;
- tags, to which it does not count a `,` or `]`;
- a comment right behind the `|` or `>` of a block scalar, which it accepts.
"""

from __future__ import annotations

import yaml

from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.composer import (
    ComposedDocument,
    Duplicates,
    block_scalar_header,
    compose_documents,
)
from stackcfg.yamltext.document import SCALAR, Node

# a PyYAML that was built without libyaml has no such class
_FAST_LOADER = getattr(yaml, "CSafeLoader", None)

MAX_SECOND_LOOK = 1_000_000
"""Length up to which a refused text is parsed again, for half a minute."""

_HEADER_COMMENT = lazy_pattern(r"[|>][-+0-9]*#")
_TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says at a nesting of 1,000, from PyYAML 6.0.4 on."""


class _ReadDifferentlyError(Exception):
    """libyaml may read a text differently from the parser in pure Python."""


def compose_as_server(text: str, wanted: Duplicates) -> list[ComposedDocument]:
    """Compose a text as the server's parser reads it.

    Raises `ParseError`, `yaml.MarkedYAMLError` and
    `yaml.reader.ReaderError`.
    """
    libyaml_error: yaml.MarkedYAMLError | None = None
    if _FAST_LOADER is not None and "\t" not in text and "\ufeff" not in text:
        try:
            loader = _FAST_LOADER(text)
            return compose_documents(
                text,
                loader,
                wanted,
                _raise_if_read_differently,
            )
        except (_ReadDifferentlyError, yaml.reader.ReaderError):
            # the position of libyaml's ReaderError counts bytes, not characters
            pass
        except yaml.MarkedYAMLError as error:
            if error.problem != _TOO_DEEP and len(text) > MAX_SECOND_LOOK:
                raise
            libyaml_error = error
    try:
        return compose_documents(
            text,
            yaml.SafeLoader(text),
            wanted,
            _accept,
        )
    except yaml.MarkedYAMLError as error:
        # If both parsers fail, report libyaml's message. libyaml's own depth
        # limit may be hit
        # before MAX_DEPTH; then the parser in pure Python has raised our error
        # instead.
        raise libyaml_error or error from None


def _accept(_text: str, _node: Node) -> None:
    """Accept every node: the server's own parser has read it."""


def _raise_if_read_differently(text: str, node: Node) -> None:
    if node.tag is not None:
        raise _ReadDifferentlyError
    if node.kind == SCALAR:
        if _HEADER_COMMENT.search(block_scalar_header(text, node)):
            raise _ReadDifferentlyError
    elif "?" in text[node.start : node.end]:
        raise _ReadDifferentlyError
