"""Says why a file is no run config: what it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Final
from stackcfg.loading.configs import looks_like_run_config
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.loading.evidence import Evidence
from stackcfg.loading.other_files import OtherFile, other_kind, other_list
from stackcfg.loading.other_languages import explain_language
from stackcfg.loading.recognition import weigh_evidence
from stackcfg.paths import Path
from stackcfg.yamltext.document import SCALAR, Document
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.values import data_of

_START: Final = Position(1, 1)
_NOTHING: Final = "not a run config: no providers, no stores, no storage catalog"
_HINT: Final = "name a run config"
_PROVIDER_TYPE: Final = "provider_type"
_MOST_KEYS: Final = 3
"""How many keys a message names."""


def explain(documents: Sequence[Document]) -> InputError:
    """Return the error for documents of which none is a run config."""
    if not documents:
        return NotRunConfigError("not a run config but comments only", _START, _HINT)
    if documents[0].has_branches:
        structural = _explain_template(documents[0])
        if structural is not None:
            return structural
    for explanation in (_explain_language, _explain_kind, _explain_weight):
        for document in documents:
            error = explanation(document)
            if error is not None:
                return error
    return NotRunConfigError(_NOTHING, _START, _HINT)


def _explain_template(document: Document) -> InputError | None:
    """Return the error for a template that may make a run config."""
    from stackcfg.loading.template_files import structure_error

    error = structure_error(document)
    if error is None:
        return None
    # other programs have keys of the same names, but not this one
    if _PROVIDER_TYPE in document.text and looks_like_run_config(document.text):
        return error
    return NotRunConfigError(error.message, error.position, error.hint)


def _explain_language(document: Document) -> NotRunConfigError | None:
    if document.root.kind != SCALAR:
        return None
    return explain_language(document.text, document.position)


def _explain_kind(document: Document) -> NotRunConfigError | None:
    known = _identify(document)
    if known is None:
        return None
    message = f"not a run config but {known.what}"
    position = _position_of(document, known.path)
    return NotRunConfigError(message, position, known.hint or _HINT)


def _identify(document: Document) -> OtherFile | None:
    data = data_of(document.root)
    if isinstance(data, Mapping):
        return other_kind(data)
    return other_list(data)


def _explain_weight(document: Document) -> NotRunConfigError | None:
    """Return the error for a document with too much against a run config."""
    pieces = weigh_evidence(data_of(document.root))
    against = [piece for piece in pieces if piece.weight < 0]
    if not against or len(against) == len(pieces):
        return None
    unknown = [piece for piece in against if piece.unknown]
    if len(unknown) == len(against):
        message = f"not a run config: no release has the keys {_list_keys(unknown)}"
        hint = "name a run config, or take out what belongs to another program"
        return NotRunConfigError(message, _position_of(document, unknown[0].path), hint)
    strongest = min(against, key=lambda piece: piece.weight)
    message = f"not a run config but the values of a chart: {strongest.what}"
    position = _position_of(document, strongest.path)
    return NotRunConfigError(message, position, "use what the chart renders")


def _list_keys(pieces: Sequence[Evidence]) -> str:
    names = [f"'{piece.path[0]}'" for piece in pieces[:_MOST_KEYS]]
    return ", ".join(names)


def _position_of(document: Document, path: Path) -> Position:
    """Return the place of the key or item at a path, or of what holds it."""
    offset = document.root.start
    node = document.root.target
    for part in path:
        if isinstance(part, int):
            node = node.items[part].target
            offset = node.start
            continue
        entry = node.entry(str(part))
        if entry is None:
            break
        key, value = entry
        offset = key.start
        node = value.target
    return document.position(offset)
