"""What a scalar means in PyYAML's YAML 1.1, which the server reads."""

from __future__ import annotations

from functools import lru_cache

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Any, Final

_PREFIX = "tag:yaml.org,2002:"
STR = f"{_PREFIX}str"
MERGE = f"{_PREFIX}merge"
VALUE = f"{_PREFIX}value"
"""The tag of `=`: a string as a key, refused as a value."""

COLLECTIONS = {_PREFIX + name for name in ("map", "seq", "set", "omap", "pairs")}
"""Tags that a scalar cannot have."""

_RESOLVERS = Resolver.yaml_implicit_resolvers
TYPED_STARTS = frozenset(_RESOLVERS)
"""First characters of unquoted scalars that are not always strings."""

_CONSTRUCTION_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    ValueError,
    yaml.YAMLError,
)


REFUSED_TAG: Final = "the server refuses it; remove the tag"
REFUSED_TEXT: Final = "the server refuses it; write the string in quotes"


class MeaningError(StackcfgError):
    """A scalar that `yaml.safe_load` refuses."""


# the same few scalars are in every file
@lru_cache(maxsize=4096)
def scalar_value(
    text: str,
    is_plain: bool,
    tag: str | None = None,
) -> Any:
    """Return the value of a scalar of decoded text, with its tag as written.

    Raises `MeaningError` if `yaml.safe_load` refuses it.
    """
    hint = REFUSED_TEXT if tag is None else REFUSED_TAG
    tag = resolve_tag(text, is_plain, tag)
    if tag == STR:
        return text
    construct = SafeConstructor.yaml_constructors.get(tag)
    if construct is None or tag in COLLECTIONS:
        raise MeaningError(f"unknown tag '{tag}'", hint=hint)
    try:
        return construct(SafeConstructor(), yaml.ScalarNode(tag, text))
    except _CONSTRUCTION_ERRORS as error:
        kind = tag.rpartition(":")[2]
        name = type(error).__name__
        message = f"a value does not fit its type '{kind}' ({name})"
        raise MeaningError(message, hint=hint) from None


def resolve_tag(
    text: str,
    is_plain: bool,
    tag: str | None = None,
) -> str:
    """Return the tag of a scalar as PyYAML resolves it, fitting or not."""
    # PyYAML resolves the tag `!` like no tag on a plain scalar, even on a
    # quoted one
    if tag is None and not is_plain:
        return STR
    if tag is not None and tag != "!":
        return tag
    for implicit, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return str(implicit)
    return STR
