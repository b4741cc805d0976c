"""Registered resources get keys of the new version (0.3.0, #3627).

What was registered at run time is a row `distributions:registry:VERSION::TYPE:ID` of the metadata store: v8 since
0.1.5, v9 since 0.2.8, v10 since 0.3.0. A server reads the keys of its own version only, so after such an upgrade no
model, tool group or vector store that somebody registered is there. The row is written once more under its new key. A
`vector_db` is called `vector_store` since 0.3.0 (#3864).

Left out are resources that the new server registers by itself: those that a provider lists, those of the new config (a
row that differs from what is registered keeps the server from starting), built-in tool groups, the tools of any group
(in no row since 0.2.9); and resources whose provider is not in the new config, or whose type the release has no API
for.

Since 0.2.10 a resource has an owner with attributes instead of the `access_attributes` that 0.1.7 brought. Those are
not read any more, so what was private would be everybody's: they become those of an owner without a name, where the
same users can read the resource then. Otherwise it is left out and told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.upgrade import Upgrade
from stackcfg.paths import value_at
from stackcfg.releases.rows import ResourceType, registry
from stackcfg.releases.versions import Release, format_release

KEYS: Final = (registry().prefix,)
RENAMED_SINCE: Final[Release] = (0, 3, 0)
LISTED: Final = "listed_from_provider"
OWNER_FIELDS: Final = ("owner", "access_attributes")
"""A row that a server writes for a request has one of these since 0.1.7; what a provider brings along has none."""

BROUGHT_ALONG: Final = "scoring_function"
"""The only type that providers bring along without a word of its source. Their ids are `PROVIDER::NAME`."""

IN_NO_ROW: Final[Mapping[str, Release]] = {"tool": (0, 2, 9)}
"""Types that a server keeps in memory only since a release."""

OWNED_KEYS_SINCE: Final[Release] = (0, 2, 8)
"""Under keys of this release or a later one there is no row that was written before 0.1.7."""

OWNER, ACCESS = OWNER_FIELDS
OWNERS_SINCE: Final[Release] = (0, 2, 10)
ANY_ATTRIBUTE_SINCE: Final[Release] = (0, 4, 0)
"""Since then one of the kinds of attributes that an owner has is enough; before that a user needs one of each."""

NAMELESS: Final = ""
"""The name of an owner whom nobody is: who registered a resource was not noted down."""

BUILT_IN: Final = "builtin::"
GROUPS_BY_THEMSELVES: Final[Release] = (0, 7, 0)
"""Since then a server registers the tool groups of its providers (#4997)."""


def rows(key: str, value: str, upgrade: Upgrade) -> Iterator[KvRow | Skipped]:
    """The row under the key that the new server reads."""
    version, _, rest = key.removeprefix(registry().prefix).partition("::")
    kind, _, identifier = rest.partition(":")
    if version not in registry().versions:
        yield Skipped(
            f"keys of a version that is not known here ({version})", needs_action=True
        )
        return
    if registry().versions[version] > registry().versions[upgrade.registry_version]:
        return  # the new server's own
    if version != upgrade.registry_version:
        yield Skipped(f"keys {version}, which the old server did not read any more")
        return
    resource = as_object(value)
    if resource is None:
        yield Skipped("not a JSON object", needs_action=True)
        return
    renamed = renamed_resource(resource, upgrade.target)
    kind = str(renamed.get("type") or kind)
    known = registry().types.get(kind)
    left = _left(known, kind, identifier, renamed, upgrade)
    if left is not None or known is None:
        yield left or Skipped(
            f"'{kind}' is a type that is not known here", needs_action=True
        )
        return
    access = _access_of(renamed) if upgrade.target >= OWNERS_SINCE else {}
    if access:
        others = _others_may_read(access, upgrade)
        if others:
            yield Skipped(f"private by their {ACCESS}, and {others}", needs_action=True)
            return
        renamed[OWNER] = {"principal": NAMELESS, "attributes": access}
    renamed["provider_id"] = upgrade.provider_for(
        known.api, str(renamed.get("provider_id"))
    )
    now = registry().version_of(upgrade.target)
    text = (
        value
        if renamed == resource
        else json.dumps(renamed, separators=(",", ":"), ensure_ascii=False)
    )
    yield KvRow(f"{registry().prefix}{now}::{kind}:{identifier}", text)


def as_object(value: str) -> dict[str, Any] | None:
    """The JSON object that a value holds, if it holds one."""
    try:
        found = json.loads(value)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def renamed_resource(resource: dict[str, Any], target: Release) -> dict[str, Any]:
    """A resource with the type and the fields that the new release knows it by."""
    if target < RENAMED_SINCE:
        return dict(resource)
    facts = registry()
    result = {
        facts.renamed_fields.get(name, name): value for name, value in resource.items()
    }
    kind = str(result.get("type"))
    return (
        result | {"type": facts.renamed_types[kind]}
        if kind in facts.renamed_types
        else result
    )


def _access_of(resource: dict[str, Any]) -> dict[str, Any]:
    """The attributes that a user needs to read a resource without an owner, by their kind; none if all may read it."""
    access = resource.get(ACCESS)
    if resource.get(OWNER) is not None or not isinstance(access, dict):
        return {}
    return {kind: values for kind, values in access.items() if values is not None}


def _others_may_read(access: dict[str, Any], upgrade: Upgrade) -> str:
    """Why an owner with these attributes lets other users read a resource than it was for; empty if it does not."""
    auth = value_at(upgrade.new.data, ("server", "auth"))
    if not isinstance(auth, Mapping) or not auth.get("provider_config"):
        return "without server.auth.provider_config everybody reads everything"
    if auth.get("access_policy"):
        return "the new config has an access_policy of its own"
    if not all(access.values()) or (
        len(access) > 1 and upgrade.target >= ANY_ATTRIBUTE_SINCE
    ):
        return f"{format_release(upgrade.target)} would show them to other users"
    return ""


def _is_brought_along(
    kind: str, identifier: str, resource: dict[str, Any], upgrade: Upgrade
) -> bool:
    """Whether a provider registers a resource at every start. Where no row says more, the id tells."""
    if kind != BROUGHT_ALONG or any(name in resource for name in OWNER_FIELDS):
        return False
    return (
        "::" in identifier
        or registry().versions[upgrade.registry_version] >= OWNED_KEYS_SINCE
    )


def _left(
    known: ResourceType | None,
    kind: str,
    identifier: str,
    resource: dict[str, Any],
    upgrade: Upgrade,
) -> Skipped | None:
    if kind in IN_NO_ROW and upgrade.target >= IN_NO_ROW[kind]:
        return Skipped("listed anew by their tool groups")
    if known is None:
        return None
    if upgrade.target > known.until:
        return Skipped(
            f"{format_release(upgrade.target)} has no API for {kind.replace('_', ' ')}s"
        )
    if resource.get("source") == LISTED or _is_brought_along(
        kind, identifier, resource, upgrade
    ):
        return Skipped("listed anew by their providers")
    if (
        kind == "tool_group"
        and identifier.startswith(BUILT_IN)
        and upgrade.target >= GROUPS_BY_THEMSELVES
    ):
        return Skipped("registered anew by the server")
    if upgrade.is_registered_anew(known, identifier):
        return Skipped("registered anew from the new config")
    provider = str(resource.get("provider_id"))
    if upgrade.provider_for(known.api, provider) is None:
        return Skipped(
            f"their provider '{provider}' of {known.api} is not in the new config",
            needs_action=True,
        )
    return None
