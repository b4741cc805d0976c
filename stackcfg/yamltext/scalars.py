"""What a YAML scalar means: PyYAML's own YAML 1.1 rules, because `yaml.safe_load` is what the server reads with."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from stackcfg.errors import StackcfgError

STR: Final = "tag:yaml.org,2002:str"
MERGE: Final = "tag:yaml.org,2002:merge"
VALUE: Final = "tag:yaml.org,2002:value"
"""The tag of `=`, which is a text as a key and refused as a value."""

COLLECTIONS: Final = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "set", "omap", "pairs")
)
"""Tags that a scalar cannot have."""

_RESOLVERS: Final = Resolver.yaml_implicit_resolvers


class MeaningError(StackcfgError):
    """A scalar that `yaml.safe_load` refuses, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)


def means_itself(text: str) -> bool:
    """Whether an unquoted scalar is certainly a text: no number, boolean or null begins with its first character."""
    return text != "" and text[0] not in _RESOLVERS


@lru_cache(maxsize=4096)
def plain_scalar_value(text: str) -> Any:
    """The value of an unquoted scalar without a tag; files repeat themselves. Raises `MeaningError`."""
    return scalar_value(text, plain=True)


def scalar_value(text: str, *, plain: bool, tag: str | None = None) -> Any:
    """The value of a scalar, given its decoded text, whether it is unquoted, and its tag.

    Raises `MeaningError`.
    """
    tag = tag_of(text, plain=plain, tag=tag)
    if tag == STR:
        return text
    construct = SafeConstructor.yaml_constructors.get(tag)
    if construct is None or tag in COLLECTIONS:
        raise MeaningError(f"unknown tag '{tag}'", "the server refuses it")
    try:
        return construct(SafeConstructor(), yaml.ScalarNode(tag, text))
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        ValueError,
        yaml.YAMLError,
    ) as error:
        kind = tag.rpartition(":")[2]
        raise MeaningError(
            f"a value does not fit its type '{kind}' ({type(error).__name__})"
        ) from None


def tag_of(text: str, *, plain: bool, tag: str | None = None) -> str:
    """The tag of a scalar, resolved where none is written; PyYAML resolves `!` like a plain scalar, quoted or not."""
    if tag == "!" or (tag is None and plain):
        return _resolve(text)
    return STR if tag is None else tag


def _resolve(text: str) -> str:
    """The YAML 1.1 tag of a plain scalar."""
    for tag, pattern in _RESOLVERS.get(text[0] if text else "", ()):
        if pattern.match(text):
            return str(tag)
    return STR
