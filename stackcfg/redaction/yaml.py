"""Masks the secrets of YAML texts: values, keys, comments, embedded documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.document import sort_scalars
from stackcfg.redaction.lines import find_in_lines
from stackcfg.redaction.secrets import Span, find_secrets, join_spans, replace_spans
from stackcfg.redaction.values import find_secret_parts
from stackcfg.yamltext.comments import Comment, Comments
from stackcfg.yamltext.document import Document, Node, ParseError, content_start
from stackcfg.yamltext.embedded import Embedded, embedded_texts
from stackcfg.yamltext.parser import parse_yaml

_TAG = lazy_pattern(r"!\S*+\s*+")
"""A tag in front of a scalar."""

_LINE = lazy_pattern(r"[^\r\n]++")
"""What a line has of a span."""

_SCHEME_ONLY = lazy_pattern(r"(?i)\s*+bearer\s++(?!auth|tokens?\b)(\S++)\s*+")
"""A scalar that is one word behind `Bearer`."""

_NOT_LINE_END = lazy_pattern(r"[^\r\n]")


def mask_yaml(text: str) -> str:
    """Return a YAML text with its secrets masked; variables are shown."""
    return replace_spans(text, find_in_yaml(text))


def mask_in_place(text: str, documents: Sequence[Document] = ()) -> str:
    """Return a YAML text with stars for secrets, so that columns stay.

    `documents` are those of the text, if it was parsed already.
    """
    return replace_spans(text, find_in_yaml(text, documents), _stars)


def _stars(secret: str) -> str:
    """Return as many stars as a secret has characters, on as many lines."""
    return _NOT_LINE_END.sub("*", secret)


def find_in_yaml(text: str, documents: Sequence[Document] = ()) -> list[Span]:
    """Return the spans of the secrets in a YAML text, each on one line, in order.

    Of a text that cannot be read, the whole value of every secret key
    is one.
    """
    try:
        documents = documents or parse_yaml(text, lenient=True)
        found: list[Span] = []
        for document in documents:
            if document.is_yaml:
                found += _find_in_document(document)
            else:
                found += find_in_lines(text)
    except ParseError:
        found = list(find_in_lines(text))
    return join_spans(_spans_of_lines(text, found))


def _spans_of_lines(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the part of each span on each of its lines, without indentation."""
    for start, end in spans:
        for line in _LINE.finditer(text, start, end):
            content = line[0].lstrip()
            first = line.end() - len(content)
            yield first, first + len(content.rstrip())


def _find_in_document(document: Document) -> Iterator[Span]:
    scalars = sort_scalars(document)
    for node in scalars.secret:
        start, end = _content_span(document, node)
        yield from find_secret_parts(document.text, start, end)
    for node in scalars.other:
        yield from _find_in_scalar(document, node)
    yield from _find_in_comments(document)
    for duplicate in document.duplicates:
        # the lost value of a duplicate key is in no tree
        yield from _find_in_lost_entry(document, duplicate.lost)
    for embedded in embedded_texts(document):
        yield from _find_in_embedded(document, embedded)


def _content_span(document: Document, node: Node) -> Span:
    """Return the span of a scalar without anchor, tag, quotes or block header."""
    if node.style is None and node.tag is None and node.anchor is None:
        return node.span
    text, end = document.text, node.end
    try:
        start = content_start(text, node)
    except ParseError:
        return node.span
    tag = _TAG.match(text, start, end)
    if tag is not None:
        start = tag.end()
    if node.style in ("'", '"'):
        return start + 1, end - 1
    if node.style in ("|", ">"):
        header_end = text.find("\n", start, end)
        # a block scalar without a line below its header is empty
        start = end
        if header_end >= 0:
            start = header_end + 1
    return start, end


def _find_in_scalar(document: Document, node: Node) -> Iterator[Span]:
    """Yield the secrets in a scalar by what they look like."""
    start, end = _content_span(document, node)
    written = document.text[start:end]
    alone = _SCHEME_ONLY.fullmatch(written)
    if alone is not None:
        first, last = alone.span(1)
        yield start + first, start + last
    found = find_secrets(written)
    if _hides_secrets(node, written, len(found)):
        yield start, end
    for first, last in found:
        yield start + first, start + last


def _hides_secrets(node: Node, written: str, shown: int) -> bool:
    """Return whether escapes or line ends of a scalar hide where a secret is."""
    if node.style in (None, "|") or written == node.text:
        return False
    return len(find_secrets(node.text)) > shown


def _find_in_comments(document: Document) -> Iterator[Span]:
    """Yield the secrets in comments: what was commented out is as
    secret as before.
    """
    comments = Comments(document)
    block: list[Comment] = []
    for comment in comments.all:
        if not comments.is_own_line(comment):
            yield from find_in_lines(document.text, comment.start, comment.end)
            continue
        if block and _is_apart(document, block[-1], comment):
            yield from _find_in_block(document, block)
            block = []
        block.append(comment)
    yield from _find_in_block(document, block)


def _is_apart(document: Document, one: Comment, other: Comment) -> bool:
    """Return whether anything is written between two comments."""
    between = document.text[one.end : other.start]
    return bool(between.strip())


def _find_in_block(document: Document, block: Sequence[Comment]) -> Iterator[Span]:
    """Yield the secrets in comments on lines of their own,
    one below the other.
    """
    if block:
        start = document.lines.start_of(block[0].start)
        yield from find_in_lines(document.text, start, block[-1].end)


def _find_in_lost_entry(document: Document, key: Span) -> Iterator[Span]:
    """Yield the secrets in the lines of an entry that a later one replaces."""
    lines = document.lines
    start = lines.start_of(key[0])
    indent = lines.indent_at(key[0])
    end = lines.after(key[0])
    while end < document.end and _belongs(document, end, indent):
        end = lines.after(end)
    yield from find_in_lines(document.text, start, end)


def _belongs(document: Document, line: int, indent: int) -> bool:
    """Return whether a line is part of a value whose key is at a column."""
    written = document.text[line : document.lines.after(line)]
    content = written.lstrip()
    if not content:
        return True
    if len(written) - len(content) > indent:
        return True
    return content.startswith("- ")


def _find_in_embedded(document: Document, embedded: Embedded) -> Iterator[Span]:
    """Yield the secrets in a text that a scalar holds."""
    if embedded.node.style not in ("|", '"'):
        # its line ends were changed, so that offsets in it are not known
        yield from find_in_lines(document.text, *embedded.node.span)
        return
    for start, end in find_in_yaml(embedded.text):
        yield embedded.outer(start), embedded.outer(end - 1) + 1
