"""The proof of one hop: the new text is read again and compared with
what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import TYPE_CHECKING, Any
from stackcfg.loading.configs import RunConfig, find_run_configs, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.migration.anchors import (
    refuse_explicit_key,
    refuse_shared_anchor,
    refuse_split_anchor,
)
from stackcfg.migration.changes import expected_data
from stackcfg.migration.hop import HopResult
from stackcfg.migration.proof import (
    ProofError,
    prove_comments,
    prove_meaning,
    prove_stores,
)
from stackcfg.migration.schedule import ReleaseHop
from stackcfg.migration.state import MigrationState
from stackcfg.paths import Path, value_at
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import Document, Span, walk_nodes
from stackcfg.yamltext.values import data_of

if TYPE_CHECKING:
    from stackcfg.loading.places.texts import Holding


def prove_hop(
    text: str,
    before: list[Document],
    hop: ReleaseHop,
    results: list[HopResult],
    states: list[MigrationState],
) -> list[Document]:
    """Prove the text that a hop has written, and move every state to it.

    Returns the documents of the new text. Raises `ProofError`, or
    `InputError` if the shape of the old text is why the edits failed.
    """
    documents, configs = _read_again(text, results)
    if len(configs) != len(results) or len(documents) != len(before):
        for result in results:
            refuse_explicit_key(result)
        raise ProofError("a document would be lost")
    for result, config, state in zip(results, configs, states, strict=True):
        _prove_meaning(result, config)
        old = state.now.editor.comments
        state.move_to(config)
        if result.inline.stores:
            written = state.now.catalog(hop.target.last)
            prove_stores(result.inline, written, state.settings.layout)
        prove_comments(old, state.now.editor.comments)
    _prove_outside([result.config for result in results], configs)
    with_config = {id(result.config.document) for result in results}
    for old_document, document in zip(before, documents, strict=True):
        if id(old_document) not in with_config:
            _prove_file(old_document, document, results)
    return documents


def _read_again(
    text: str, results: list[HopResult]
) -> tuple[list[Document], list[RunConfig]]:
    try:
        documents = read_documents(text)
        return documents, list(find_run_configs(documents))
    except InputError as error:
        for result in results:
            refuse_split_anchor(result)
            refuse_explicit_key(result)
        line = error.position.line
        message = f"the new text cannot be read (line {line}: {error.message})"
        raise ProofError(message) from None


def _prove_meaning(result: HopResult, config: RunConfig) -> None:
    try:
        prove_meaning(expected_data(result.config.data, result.changes), config.data)
    except ProofError:
        refuse_shared_anchor(result)
        refuse_explicit_key(result)
        raise


def _prove_file(old: Document, new: Document, results: list[HopResult]) -> None:
    """Prove that a document is the same, but for the run configs inside of it."""
    before, after = data_of(old.root), data_of(new.root)
    for result in results:
        if result.config.holders and result.config.file_document is old:
            for path in _places_of(old, result.config.holders[-1]):
                _blank(before, path)
                _blank(after, path)
    prove_meaning(before, after)
    prove_comments(Comments(old), Comments(new))


def _places_of(document: Document, holder: Holding) -> Iterator[Path]:
    """Yield the path of a text, and those at which aliases repeat it."""
    if "*" not in document.text:
        yield holder.path
        return
    aliases: dict[int, list[Path]] = {}
    for path, node in walk_nodes(document.root):
        if node.named is not None:
            aliases.setdefault(id(node.named), []).append(path)
    found = {holder.path}
    left = [holder.path]
    while left:
        path = left.pop()
        yield path
        for length in range(len(path) + 1):
            # an alias can name the text, or what holds it
            named = document.root.at(path[:length])
            for alias in aliases.get(id(named), ()):
                other = (*alias, *path[length:])
                if other not in found:
                    found.add(other)
                    left.append(other)


def _blank(data: Any, path: Path) -> None:
    holder = value_at(data, path[:-1])
    if holder is not None:
        holder[path[-1]] = ""


def _prove_outside(before: list[RunConfig], after: list[RunConfig]) -> None:
    """Prove that no character changed outside of the texts and mappings
    that are run configs.
    """
    old, new = _outsides(before), _outsides(after)
    if old != new:
        raise ProofError("something outside of the run configs would change")


def _outsides(configs: list[RunConfig]) -> list[str]:
    """Return every text around run configs, without these."""
    texts: dict[int, str] = {}
    spans: dict[int, set[Span]] = {}
    for config in configs:
        for holder in config.holders:
            text = holder.document.text
            texts[id(text)] = text
            spans.setdefault(id(text), set()).add(holder.span)
    for config in configs:
        # a document beside others that hold run configs
        document = config.document
        if id(document.text) in texts:
            spans[id(document.text)].add((document.start, document.end))
    return [_without(texts[name], spans[name]) for name in texts]


def _without(text: str, spans: set[Span]) -> str:
    parts: list[str] = []
    last = 0
    for start, end in sorted(spans):
        parts += (text[last:start], "\0")
        # the line end behind a text can become that of the lines in it
        last = end + text.startswith("\r\n", end)
    return "".join((*parts, text[last:]))
