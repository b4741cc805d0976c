"""Migrate and check run configs that are held as ruamel.yaml documents.

A document is dumped, handled as text by the same engines as files, and
loaded again, so that comments, quotes and the order of keys are kept.
For the report of a migration, call `stackcfg.migrate(dump(document))`
and load its text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import stackcfg
from stackcfg.errors import StackcfgError

if TYPE_CHECKING:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    from stackcfg.reports.library import Validation

Scalar = tuple[str, str]
"""The type of a scalar and its value, both as words."""


def migrate(document: CommentedMap, **options: Any) -> CommentedMap:
    """Return a copy of a document for a later release.

    The options are the keywords of `stackcfg.migrate`, and so are the
    errors. Raises `StackcfgError` too if the server (YAML 1.1) would
    read a value of the document differently than ruamel.yaml (YAML 1.2)
    does.
    """
    text = dump(document)
    migration = stackcfg.migrate(text, **options)
    _check_dialect(document, text)
    return load(migration.text)


def validate(document: CommentedMap, **options: Any) -> Validation:
    """Return the findings in a document, at the lines of `dump(document)`.

    The options are the keywords of `stackcfg.validate`. Raises what
    `migrate` raises.
    """
    text = dump(document)
    validation = stackcfg.validate(text, **options)
    _check_dialect(document, text)
    return validation


def dump(document: object) -> str:
    """Return a document as text, with its quotes and without wrapped lines."""
    if not isinstance(document, Mapping):
        given = type(document).__name__
        raise TypeError(f"document must be a mapping of ruamel.yaml, not {given}")
    stream = io.StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def load(text: str) -> CommentedMap:
    """Return the document that a string holds."""
    document: CommentedMap = _yaml().load(text)
    return document


def _yaml() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def _check_dialect(document: CommentedMap, text: str) -> None:
    import yaml

    servers = dict(_leaves(yaml.safe_load(text)))
    for path, scalar in _leaves(document):
        if servers.get(path) != scalar:
            # The value itself may be a secret.
            name = ".".join(word for _, word in path)
            message = (
                f"the server (YAML 1.1) and ruamel.yaml (YAML 1.2) differ on '{name}'"
            )
            raise StackcfgError(message, hint="quote it, or write it as YAML 1.1 does")


def _leaves(
    data: Any, path: tuple[Scalar, ...] = ()
) -> Iterator[tuple[tuple[Scalar, ...], Scalar]]:
    """Yield each scalar in nested data, and each empty collection, with
    its path.
    """
    items: list[tuple[Any, Any]] = []
    if isinstance(data, Mapping):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    for key, value in items:
        yield from _leaves(value, (*path, _describe(key)))
    if not items:
        yield path, _describe(data)


def _describe(scalar: Any) -> Scalar:
    """Return a scalar as words that do not depend on the library that read it."""
    from ruamel.yaml.scalarbool import ScalarBoolean

    if isinstance(scalar, bool | ScalarBoolean):
        return "boolean", str(bool(scalar))
    for kind in (str, int, float):
        if isinstance(scalar, kind):
            return kind.__name__, str(kind(scalar))
    return "", str(scalar)
