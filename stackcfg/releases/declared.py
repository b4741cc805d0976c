"""Store fields of providers that no release ships, as a project declares them.

`field` is the key of the provider's config that holds the inline store,
`new_field` that of the reference (`field` by default), `name` the
namespace or table name (made from `api` and `provider_type` by
default).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Any
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import INLINE, KV, LAST_INLINE, REFERENCE, SQL, StoreField
from stackcfg.releases.versions import described_releases

REQUIRED = frozenset({"api", "provider_type", "family", "field"})
KEYS = REQUIRED | {"new_field", "name"}


class DeclarationError(StackcfgError):
    """A declaration of a provider that makes no sense.

    `number` says which, from 1, and `word` what is wrong in it; it is
    empty where something is missing.
    """

    def __init__(self, message: str, number: int, word: str = "") -> None:
        super().__init__(message)
        self.number = number
        self.word = word


def declare_store_fields(declarations: Iterable[Any]) -> tuple[StoreField, ...]:
    """Return the fields of declared providers, inline and as references.

    Raises `DeclarationError`.
    """
    found: list[StoreField] = []
    for number, declaration in enumerate(declarations, 1):
        _check(declaration, number)
        found += _declare(declaration)
    return tuple(found)


def _declare(declaration: Mapping[str, Any]) -> list[StoreField]:
    words = {key: str(value) for key, value in declaration.items()}
    api, kind, family = words["api"], words["provider_type"], words["family"]
    old = words["field"]
    new = words.get("new_field", old)
    name = words.get("name") or f"{api}::{kind.rpartition('::')[2]}"
    first, *_, last = described_releases()
    inline = StoreField(old, (old,), INLINE, family, first, LAST_INLINE, api, kind)
    reference = inline._replace(
        path=tuple(new.split(".")),
        style=REFERENCE,
        since=CATALOG_SINCE,
        until=last,
        default=name,
    )
    if family == KV:
        return [inline, reference._replace(keys=f"{api} {kind}")]
    return [inline, reference._replace(table=name)]


def _check(declaration: Any, number: int) -> None:
    if not isinstance(declaration, Mapping):
        raise DeclarationError("each of 'providers' must be a table", number)
    unknown = set(declaration) - KEYS
    if unknown:
        key = min(map(str, unknown))
        known = ", ".join(sorted(KEYS))
        message = f"unknown key '{key}' in [[providers]]; known are {known}"
        raise DeclarationError(message, number, key)
    missing = REQUIRED - set(declaration)
    if missing:
        needed = " and ".join(f"'{key}'" for key in sorted(missing))
        message = f"an entry of 'providers' lacks {needed}"
        raise DeclarationError(message, number)
    family = declaration["family"]
    if family not in (KV, SQL):
        message = f"family '{family}' is neither '{KV}' nor '{SQL}'"
        raise DeclarationError(message, number, "family")
    field = str(declaration["field"])
    if "." in field:
        message = (
            f"'field' names one key of the provider's config, not a path ('{field}')"
        )
        raise DeclarationError(message, number, "field")
