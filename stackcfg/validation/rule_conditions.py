"""What a config has if a rule finds anything in it: asked before the rule is imported.

A condition may hold for a config in which the rule finds nothing. It is
never False where the rule finds something:
`tests/validation/test_rule_conditions.py` tries that. Model errors are
not asked for; a rule that claims some is imported for these.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache

from stackcfg.light_typing import Any
from stackcfg.paths import as_list, as_mapping, list_at, mapping_at, value_at
from stackcfg.redaction.keys import is_secret_key
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.providers import apis, provider_types, resolve_api_name, routers
from stackcfg.releases.resources import RESOURCES_SECTION, registered_at_start
from stackcfg.releases.stores import KV, SQL, engines
from stackcfg.runconfig.placeholders import remove_placeholders
from stackcfg.runconfig.sections import (
    ACCESS_POLICY,
    BACKENDS_PATH,
    STORES_PATH,
    TENANCY,
    UNUSED_STORE_PATH,
)
from stackcfg.runconfig.substitution import find_strings, loses_spelling
from stackcfg.stores.catalog import required_server_stores
from stackcfg.stores.store_map import Store
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.scoring import scoring_providers
from stackcfg.validation.queries.served_apis import implemented_apis

Condition = Callable[[Inspection], object]


def has_family_of_several(inspection: Inspection) -> bool:
    """Return whether two backends are of the same family."""
    backends = inspection.stores.backends.values()
    return _is_any_twice(each.family for each in backends)


def lacks_file_processors(inspection: Inspection) -> bool:
    """Return whether no provider of `file_processors` can be on."""
    on = (each.api for each in inspection.providers if each.ever_on)
    return "file_processors" not in on


def has_tilde_in_backend(inspection: Inspection) -> bool:
    """Return whether a path of a backend begins in the folder of the user."""
    backends = inspection.stores.backends.values()
    return any(str(each.fields.get("db_path")).startswith("~") for each in backends)


# two rules ask
@lru_cache(maxsize=1)
def has_unfit_backend(inspection: Inspection) -> bool:
    """Return whether a store may be on a backend that is not defined,
    or that is of the other family.
    """
    fitting = {family: _backends_of_family(inspection, family) for family in (KV, SQL)}
    for store in (*inspection.references, *inspection.implied):
        if inspection.backend_of(store) not in fitting[store.family]:
            return True
    stores = as_mapping(inspection.seen(STORES_PATH))
    if UNUSED_STORE_PATH[-1] in stores:
        return True
    # the backend of a server store is checked even if nothing uses the store
    written = [as_mapping(each).get("backend") for each in stores.values()]
    known = [None, *inspection.backend_names]
    return any(each not in known for each in written)


def _backends_of_family(inspection: Inspection, family: str) -> list[str]:
    types = [engine.type for engine in engines() if engine.family == family]
    names = inspection.backend_names
    return [each for each in names if inspection.backend_type(each) in types]


def lacks_store(inspection: Inspection) -> bool:
    """Return whether one of the server's own stores is missing, or null."""
    stores = as_mapping(inspection.seen(STORES_PATH))
    if None in stores.values():
        return True
    if inspection.version >= DEFAULTS_SINCE:
        # an access policy can demand one, or several tenants
        return bool(inspection.seen(ACCESS_POLICY) or inspection.seen(TENANCY))
    required = required_server_stores(inspection.catalog, inspection.version)
    return not stores.keys() >= set(required)


def has_shared_namespace(inspection: Inspection) -> bool:
    """Return whether two KV stores in one place have the same name or
    the same kind of keys.
    """
    named = []
    kinds = []
    for store, place in _places(inspection, KV):
        reference = store.reference
        if reference is not None:
            named.append((place, reference.backend, reference.name))
        if store.fact.keys:
            kinds.append((place, store.fact.keys))
    return _is_any_twice(named) or _is_any_twice(kinds)


def has_shared_table(inspection: Inspection) -> bool:
    """Return whether two SQL stores have the same place."""
    return _is_any_twice(place for _, place in _places(inspection, SQL))


def _places(inspection: Inspection, family: str) -> Iterator[tuple[Store, Hashable]]:
    """Yield the stores of a family whose place is known, with it."""
    for store in inspection.references:
        if store.family == family and store.location is not None:
            yield store, store.location.place


def has_unnamed_backend(inspection: Inspection) -> bool:
    """Return whether no store names one of the backends."""
    references = [store.reference for store in inspection.stores.stores]
    named = {each.backend for each in references if each is not None}
    return not mapping_at(inspection.data, BACKENDS_PATH).keys() <= named


def has_unknown_provider_type(inspection: Inspection) -> bool:
    """Return whether the release does not have the type of a provider."""
    return any(each.spec is None for each in inspection.providers)


def has_deprecated_provider(inspection: Inspection) -> bool:
    """Return whether the type of a provider is deprecated."""
    specs = [each.spec for each in inspection.providers if each.spec is not None]
    return any(each.deprecated for each in specs)


def has_provider_twice(inspection: Inspection) -> bool:
    """Return whether two providers of an API that can be on have the same id."""
    providers = inspection.providers
    return _is_any_twice((each.api, each.id) for each in providers if each.ever_on)


def has_connector_twice(inspection: Inspection) -> bool:
    """Return whether two connectors have the same id."""
    entries = list_at(inspection.data, ("connectors",))
    names = (as_mapping(each).get("connector_id") for each in entries)
    return _is_any_twice(each for each in names if isinstance(each, str))


def has_scoring_twice(inspection: Inspection) -> bool:
    """Return whether two providers of scoring that can be on
    have the same type.
    """
    return _is_any_twice(each.kind for each in scoring_providers(inspection))


def has_odd_api(inspection: Inspection) -> bool:
    """Return whether an API in `apis` is unknown, or one in `providers`
    cannot have providers.
    """
    version = inspection.version
    known = apis(version)
    for written in as_list(inspection.data.get("apis")):
        if isinstance(written, str) and written not in known:
            return True
    for word in as_mapping(inspection.data.get("providers")):
        if isinstance(word, str):
            api = resolve_api_name(word, version)
            # a routing table is an API without provider types
            if api in routers(version) or not provider_types(api, version):
                return True
    return False


def has_api_without_provider(inspection: Inspection) -> bool:
    """Return whether an API in `apis` may be without an implementation."""
    always = implemented_apis(inspection, always=True)
    listed = [as_list(each.get("apis")) for each in inspection.readings]
    names = [each for found in listed for each in found if isinstance(each, str)]
    return not always.issuperset(names)


def lacks_dependency(inspection: Inspection) -> bool:
    """Return whether an API that a provider requires may be without one."""
    always = implemented_apis(inspection, always=True)
    specs = [each.spec for each in inspection.providers if each.spec is not None]
    return not all(always.issuperset(each.requires) for each in specs)


def may_miswrite_variable(inspection: Inspection) -> bool:
    """Return whether a `$` is in no variable, or in another one, or a
    variable has none.
    """
    for text in inspection.dollar_texts:
        if text.count("${") > 1 or "$" in remove_placeholders(text):
            return True
    text = inspection.text
    return text.count("{env.") > text.count("${env.")


def has_respelled_default(inspection: Inspection) -> bool:
    """Return whether the server writes the default of a variable otherwise."""
    for text in inspection.dollar_texts:
        for part in text.replace(":+", ":=").split(":=")[1:]:
            if loses_spelling(part.partition("}")[0]):
                return True
    return False


def has_unread_key(inspection: Inspection) -> bool:
    """Return whether the config has a key that a release reads for nothing."""
    data = inspection.data
    if data.get("logging") or value_at(data, UNUSED_STORE_PATH):
        return True
    lists = as_mapping(data.get(RESOURCES_SECTION))
    filled = {name for name, entries in lists.items() if entries}
    return not filled <= registered_at_start(inspection.version)


def may_hold_secret(inspection: Inspection) -> bool:
    """Return whether a value is under the key of a secret, or has a
    password in it, and no variable gives it.
    """
    text = inspection.text
    # what is merged can be hidden by an own key, and a tag makes null of any value
    if "<<" in text or "!!" in text:
        return True
    if "@" in text and any(
        "://" in each for each in find_strings("@", inspection.data)
    ):
        return True
    mappings = list(_mappings_in(inspection.data))
    secret = set(filter(_names_secret, set().union(*mappings)))
    if not secret:
        return False
    return any(
        _may_be_secret(mapping[key])
        for mapping in mappings
        for key in secret.intersection(mapping)
    )


def _mappings_in(data: Any) -> Iterator[Mapping[Any, Any]]:
    """Yield every mapping in plain data."""
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield value
            left += value.values()
        elif isinstance(value, list):
            left += value


def _names_secret(key: Any) -> bool:
    return isinstance(key, str) and is_secret_key(key)


def _may_be_secret(value: Any) -> bool:
    if isinstance(value, str):
        return "${env" not in value
    return value is not None and not isinstance(value, dict | list)


def _is_any_twice(values: Iterable[Hashable]) -> bool:
    listed = list(values)
    return len(set(listed)) < len(listed)
