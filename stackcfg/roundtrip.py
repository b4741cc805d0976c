"""Migrate and check run configs that are held as ruamel.yaml documents.

A document is dumped, handled as text by the same engines as files, and loaded again, so
that comments, quotes and the order of keys are kept. For the report of a migration, call
`stackcfg.migrate(dump(document))` and load its text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import stackcfg
from stackcfg.errors import StackcfgError

if TYPE_CHECKING:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    from stackcfg.reports.library import Validation

KINDS: Final = {str: "a string", int: "an integer", float: "a number"}


def migrate(document: CommentedMap, **options: Any) -> CommentedMap:
    """Return a copy of a document for a later release.

    The options are the keywords of `stackcfg.migrate`, and so are the errors. Raises
    `StackcfgError` too if the server (YAML 1.1) would read a value of the document in
    another way than ruamel.yaml (YAML 1.2) does.
    """
    text = dump(document)
    migration = stackcfg.migrate(text, **options)
    _check_dialect(document, text)
    return load(migration.text)


def validate(document: CommentedMap, **options: Any) -> Validation:
    """Return the findings in a document, at the lines of `dump(document)`.

    The options are the keywords of `stackcfg.validate`. Raises what `migrate` raises.
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
    """Return the document of a text."""
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

    difference = next(_differences(document, yaml.safe_load(text), ()), None)
    if difference is not None:
        hint = "quote it, or write it as YAML 1.1 does"
        raise StackcfgError(difference, hint=hint)


def _differences(ours: Any, servers: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Yield a message for each value that the server reads differently, by its key."""
    if isinstance(ours, Mapping) and isinstance(servers, dict):
        by_key = {_describe(key): value for key, value in servers.items()}
        for key, value in ours.items():
            here = (*path, str(key))
            if _describe(key) not in by_key:
                yield f"the server (YAML 1.1) reads the key '{'.'.join(here)}' differently"
                return
            yield from _differences(value, by_key[_describe(key)], here)
    elif isinstance(ours, list) and isinstance(servers, list):
        for index, (one, other) in enumerate(zip(ours, servers, strict=True)):
            yield from _differences(one, other, (*path, str(index)))
    elif _describe(ours) != _describe(servers):
        kinds = [_describe(ours)[0], _describe(servers)[0]]
        words = f"is {kinds[0]} in ruamel.yaml and {kinds[1]} for the server (YAML 1.1)"
        if kinds[0] == kinds[1]:
            words = "has another value for the server (YAML 1.1) than in ruamel.yaml"
        yield f"'{'.'.join(path)}' {words}"


def _describe(scalar: Any) -> tuple[str, Any]:
    """Return the type of a scalar in words, and its value without ruamel.yaml's type."""
    from ruamel.yaml.scalarbool import ScalarBoolean

    if isinstance(scalar, bool | ScalarBoolean):
        return "a boolean", bool(scalar)
    for kind, words in KINDS.items():
        if isinstance(scalar, kind):
            # Not-a-number is not equal to itself, its digits are.
            return words, repr(kind(scalar))
    return "a value", scalar
