"""Registered resources get keys of the new version (0.3.0, #3627).

A resource that was registered at run time is a row
`distributions:registry:VERSION::TYPE:ID` of the metadata store: v8 since 0.1.5,
v9 since 0.2.8, v10 since 0.3.0. A server reads only keys of its own version, so
after such an upgrade it has no model, tool group or vector store of the API's
users. The row is written once more under its new key. A `vector_db` is
called `vector_store` since 0.3.0 (#3864).

Skipped are resources that the new server registers by itself: those that a
provider lists, those of the new config (a row that differs from what is
registered keeps the server from starting), the tools of any group (in no row since
0.2.9); and resources whose provider is not in the new config, or whose type the release
has no API for. Since 0.7.0 the server registers the built-in tool groups of its
providers by itself (#4997), `builtin::rag` as `builtin::file_search`; one that no
provider of the new config serves is reported.

Since 0.2.10 a resource has an owner with attributes instead of the
`access_attributes` that 0.1.8 introduced. Those are no longer read, so
everybody could read what was private: they become the attributes of an
owner without a name, where the same users can read the resource then.
Otherwise it is skipped and reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stackcfg.data.row_rule import (
    NOT_AN_OBJECT,
    Fields,
    KvRow,
    KvRows,
    KvRule,
    Skipped,
)
from stackcfg.data.stored_json import JsonObject, parse_object, rewrite_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.paths import mapping_at
from stackcfg.releases.resources import TOOL_GROUPS
from stackcfg.releases.rows import METADATA, ResourceType, registry
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.sections import AUTH

RENAMED_SINCE: Final[Release] = (0, 3, 0)
LISTED: Final = "listed_from_provider"
OWNER, ACCESS = OWNER_FIELDS = ("owner", "access_attributes")
"""Since 0.1.8 a row that a request made has one, that of a provider none."""

LISTED_WITHOUT_SOURCE: Final = "scoring_function"
"""The type that providers list without a source, with ids `PROVIDER::NAME`."""

IN_NO_ROW: Final[Mapping[str, Release]] = {"tool": (0, 2, 9)}
"""Types that a server keeps only in memory since a release."""

OWNED_KEYS_SINCE: Final[Release] = (0, 2, 8)
"""Keys of this release or a later one have no row from before 0.1.8."""

OWNERS_SINCE: Final[Release] = (0, 2, 10)
ANY_ATTRIBUTE_SINCE: Final[Release] = (0, 4, 0)
"""Since then one kind of an owner's attributes is enough, not one of each."""

NAMELESS: Final = ""
"""The name of the owner of a resource for which no owner was stored."""

BUILT_IN: Final = "builtin::"
BUILT_IN_GROUPS_SINCE: Final[Release] = (0, 7, 0)
"""Since then a server registers tool groups of providers by itself (#4997)."""

RENAMED_GROUPS: Final = {"builtin::rag": "builtin::file_search"}
"""Tool groups that have another name since then (#5187)."""


def convert(key: str, value: str, upgrade: Upgrade) -> KvRows:
    """Return the row under the key that the new server reads."""
    facts = registry()
    version, _, rest = key.removeprefix(facts.prefix).partition("::")
    if version not in facts.versions:
        return [Skipped(f"keys of unknown version '{version}'", needs_action=True)]
    if facts.versions[version] > facts.versions[upgrade.registry_version]:
        return []  # the new server wrote it
    if version != upgrade.registry_version:
        return [
            Skipped(f"keys of version {version}, which the old server did not read")
        ]
    resource = parse_object(value)
    if resource is None:
        return [NOT_AN_OBJECT]
    key_type, _, identifier = rest.partition(":")
    renamed = rename_resource(resource, upgrade.target)
    type_ = str(renamed.get("type") or key_type)
    skipped = _explain_skip(type_, identifier, renamed, upgrade)
    if skipped is not None:
        return [skipped]
    api = facts.types[type_].api
    provider = upgrade.provider_for(api, str(renamed.get("provider_id")))
    new = {**renamed, **_new_owner(renamed, upgrade), "provider_id": provider}
    new_version = facts.version_of(upgrade.target)
    new_key = f"{facts.prefix}{new_version}::{type_}:{identifier}"
    return [KvRow(new_key, rewrite_object(value, resource, new))]


def rename_resource(resource: Fields, target: Release) -> Fields:
    """Return a resource with the type and the fields of a release."""
    if target < RENAMED_SINCE:
        return resource
    fields = registry().renamed_fields
    result = {fields.get(name, name): value for name, value in resource.items()}
    new_type = registry().renamed_types.get(str(result.get("type")))
    if new_type is not None:
        result["type"] = new_type
    return result


def _explain_skip(
    type_: str, identifier: str, resource: JsonObject, upgrade: Upgrade
) -> Skipped | None:
    """Return why a resource is not carried over; None where it is."""
    if type_ in IN_NO_ROW and upgrade.target >= IN_NO_ROW[type_]:
        return Skipped("their tool groups list them again")
    kind = registry().types.get(type_)
    if kind is None:
        return Skipped(f"unknown resource type '{type_}'", needs_action=True)
    reason = _explain_removal(kind, upgrade)
    reason = reason or _explain_registration(kind, identifier, resource, upgrade)
    if reason:
        return Skipped(reason)
    is_built_in = kind.type == "tool_group" and identifier.startswith(BUILT_IN)
    if is_built_in and upgrade.target >= BUILT_IN_GROUPS_SINCE:
        return _explain_tool_group(identifier, upgrade)
    return _explain_owner(kind.api, resource, upgrade)


def _explain_owner(api: str, resource: JsonObject, upgrade: Upgrade) -> Skipped | None:
    """Return that a resource would have no provider, or be open to others."""
    provider = str(resource.get("provider_id"))
    if upgrade.provider_for(api, provider) is None:
        return Skipped(_explain_absence(api, provider, upgrade), needs_action=True)
    reason = _explain_exposure(resource, upgrade)
    if reason:
        return Skipped(f"private ({ACCESS}), and {reason}", needs_action=True)
    return None


def _explain_removal(kind: ResourceType, upgrade: Upgrade) -> str:
    """Return that the API and its resources were removed, if they were."""
    if upgrade.target <= kind.until:
        return ""
    release = format_release(upgrade.target)
    return f"{release} has no API for {kind.type.replace('_', ' ')}s"


def _explain_absence(api: str, provider: str, upgrade: Upgrade) -> str:
    if upgrade.new.switch_of(api, provider) is not None:
        return f"their provider {upgrade.explain_absence(api, provider)}"
    return f"their provider '{provider}' of {api} is not in the new config"


def _explain_registration(
    kind: ResourceType, identifier: str, resource: JsonObject, upgrade: Upgrade
) -> str:
    """Return how the new server gets a resource by itself, if it does."""
    if _is_listed(kind, identifier, resource, upgrade):
        return "their providers list them again"
    if upgrade.is_registered_anew(kind, identifier):
        return "the server registers them again from the new config"
    return ""


def _explain_tool_group(identifier: str, upgrade: Upgrade) -> Skipped:
    """Return what becomes of a built-in tool group since 0.7.0."""
    name = RENAMED_GROUPS.get(identifier, identifier)
    types = upgrade.new.provider_ids("tool_runtime").values()
    if name not in {TOOL_GROUPS.get(each) for each in types}:
        reason = f"tool group '{identifier}' has no provider in the new config"
        return Skipped(reason, needs_action=True)
    if name == identifier:
        return Skipped("the server registers them again")
    reason = f"is called '{name}' now; change the clients that name it"
    return Skipped(f"tool group '{identifier}' {reason}")


def _is_listed(
    kind: ResourceType, identifier: str, resource: JsonObject, upgrade: Upgrade
) -> bool:
    """Return whether a provider registers a resource at every start."""
    if resource.get("source") == LISTED:
        return True
    if kind.type != LISTED_WITHOUT_SOURCE:
        return False
    if any(name in resource for name in OWNER_FIELDS):
        return False
    written_since = registry().versions[upgrade.registry_version]
    return "::" in identifier or written_since >= OWNED_KEYS_SINCE


def _access_of(resource: JsonObject, upgrade: Upgrade) -> Fields:
    """Return the attributes that a user needs to read an unowned resource.

    They are empty where everybody may read it, and where the new server
    reads them itself.
    """
    access = resource.get(ACCESS)
    if upgrade.target < OWNERS_SINCE or not isinstance(access, dict):
        return {}
    if resource.get(OWNER) is not None:
        return {}
    return {kind: values for kind, values in access.items() if values is not None}


def _new_owner(resource: JsonObject, upgrade: Upgrade) -> Fields:
    access = _access_of(resource, upgrade)
    return {OWNER: {"principal": NAMELESS, "attributes": access}} if access else {}


def _explain_exposure(resource: JsonObject, upgrade: Upgrade) -> str:
    """Return why an owner would show a private resource to more users."""
    access = _access_of(resource, upgrade)
    if not access:
        return ""
    auth = mapping_at(upgrade.new.data, AUTH)
    if not auth.get("provider_config"):
        return "without server.auth.provider_config everybody reads everything"
    if auth.get("access_policy"):
        return "the new config has an access_policy of its own"
    needs_each = len(access) > 1 and upgrade.target >= ANY_ATTRIBUTE_SINCE
    if needs_each or not all(access.values()):
        return f"{format_release(upgrade.target)} would show them to other users"
    return ""


RULE: Final = KvRule(
    id="R2",
    page=__doc__,
    uses=(METADATA,),
    since=((0, 1, 5), (0, 2, 8), (0, 2, 10), (0, 3, 0)),
    on_copy=True,
    keys=(registry().prefix,),
    convert=convert,
)
