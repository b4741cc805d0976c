"""What a rule may look at: a run config as text, as data and as one
release sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from stackcfg.light_typing import Any
from stackcfg.paths import Data, Path, as_mapping, value_at
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.resources import registered_lists
from stackcfg.releases.stores import LAST_INLINE, StoreFields
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.runconfig.substitution import (
    Variables,
    find_strings,
    hide_parameters,
    read_variables,
)
from stackcfg.stores import catalog as storage_section
from stackcfg.stores.catalog import OWN_BACKENDS
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.inline_value import is_inline_store
from stackcfg.stores.store_map import Store, StoreMap
from stackcfg.validation.config_check import (
    check_beside_providers,
    check_config,
    check_section,
    paths_refused_while_unset,
)
from stackcfg.validation.loader_rewrites import read_config, upgrade_config
from stackcfg.validation.model_check import DROPPED, FORBIDDEN, ModelError
from stackcfg.validation.providers import Provider, read_providers
from stackcfg.yamltext.document import SCALAR, Document, Node, walk_nodes


class Inspection:
    """One run config for one release; every view is made when it is
    first asked for.
    """

    def __init__(
        self,
        document: Document,
        data: Data,
        catalog: StoreFields,
        version: Release,
        second_document: int | None = None,
        stores: StoreMap | None = None,
        parameters: frozenset[str] = frozenset(),
    ) -> None:
        self.document = document
        self.data = data
        self.catalog = catalog
        self.version = version
        self.release = format_release(version)
        self.second_document = second_document
        """The offset of the stream's second document, for its first
        config only.
        """
        self._stores_of_data = stores
        self._errors_by_section: dict[str, list[ModelError]] = {}
        self.parameters = parameters
        """What is replaced by values that nobody here knows: of an
        OpenShift template, of Compose.
        """

    @cached_property
    def text(self) -> str:
        """The text of the document that holds the config."""
        return self.document.text[self.document.start : self.document.end]

    @cached_property
    def scalars(self) -> tuple[tuple[Path, Node], ...]:
        """Every scalar value of the document with its path."""
        nodes = walk_nodes(self.document.root)
        return tuple((path, node) for path, node in nodes if node.kind == SCALAR)

    @cached_property
    def dollar_texts(self) -> tuple[str, ...]:
        """The string values with a `$`, and so all those with a variable."""
        if "$" not in self.text:
            return ()
        return tuple(find_strings("$", self.data))

    @cached_property
    def variables(self) -> Variables:
        """The variables that the values mention."""
        return read_variables(self.dollar_texts, self.version)

    @cached_property
    def loaded(self) -> Data:
        """The data as the release's own loader rewrites it first."""
        return upgrade_config(self.data, self.version)

    @cached_property
    def variables_set(self) -> tuple[frozenset[str], ...]:
        """The variables that are set in each reading."""
        return self.variables.readings

    @cached_property
    def readings(self) -> tuple[Any, ...]:
        """The data as the server sees it: without switches, and with all."""
        loaded = self.loaded
        if self.parameters:
            loaded = hide_parameters(loaded, self.parameters)
        return read_config(loaded, self.variables, self.version)

    def is_filled_in(self, text: str) -> bool:
        """Return whether a template or a parameter gives a string its value."""
        return "{{" in text or any(each in text for each in self.parameters)

    def without_parameters(self, text: str) -> str:
        """Return a string without the parameters in it."""
        for parameter in self.parameters:
            text = text.replace(parameter, "")
        return text

    def readings_with(self, provider: Provider) -> tuple[Any, ...]:
        """Return the readings in which a provider is switched on."""
        return tuple(
            reading
            for reading in self.readings
            if not is_disabled(as_mapping(value_at(reading, provider.path)))
        )

    def seen(self, path: Path) -> Any:
        """Return the value at a path, without switches, as the server
        sees it.
        """
        return value_at(self.readings[0], path)

    def values_at(self, path: Path) -> list[Any]:
        """Return what the server sees at a path, reading by reading."""
        return [value_at(reading, path) for reading in self.readings]

    def _seen_string(self, path: Path) -> str:
        found = self.seen(path)
        return found if isinstance(found, str) else ""

    @cached_property
    def providers(self) -> tuple[Provider, ...]:
        """Every provider entry."""
        declared = self.catalog.declared
        return tuple(read_providers(self.data, self.readings, declared, self.version))

    @cached_property
    def disabled_providers(self) -> frozenset[Path]:
        """The paths of the provider entries that are off in each reading."""
        return frozenset(each.path for each in self.providers if not each.ever_on)

    @cached_property
    def lists_to_register(self) -> tuple[tuple[Path, str], ...]:
        """The path and the API of each list that the release registers
        and that is not empty.
        """
        return tuple(
            (path, api)
            for path, api in registered_lists(self.version)
            if value_at(self.data, path)
        )

    @cached_property
    def model_errors(self) -> tuple[ModelError, ...]:
        """Every difference between the config and the release's models."""
        data, readings, providers = self.data, self.readings, self.providers
        beside = self.errors_beside_providers
        return check_config(data, readings, providers, beside, self.version)

    @cached_property
    def errors_beside_providers(self) -> list[ModelError]:
        """The differences that are not in the config of a provider."""
        return check_beside_providers(self.data, self.readings, self.version)

    def errors_in_section(self, key: str) -> list[ModelError]:
        """Return the differences in what is under a key at the top level."""
        if key not in self._errors_by_section:
            found = check_section(key, self.readings, self.version)
            self._errors_by_section[key] = found
        return self._errors_by_section[key]

    @cached_property
    def dropped_paths(self) -> tuple[Path, ...]:
        """The keys that the release drops, in their order."""
        return tuple(self._paths_of(DROPPED))

    @cached_property
    def _dropped(self) -> frozenset[Path]:
        return frozenset(self.dropped_paths)

    @cached_property
    def _forbidden(self) -> frozenset[Path]:
        return frozenset(self._paths_of(FORBIDDEN))

    def _paths_of(self, kind: str) -> Iterator[Path]:
        """Yield the paths of the model errors of a kind."""
        return (error.path for error in self.model_errors if error.kind == kind)

    def is_unread_key(self, path: Path) -> bool:
        """Return whether the release drops or refuses this key itself."""
        return path in self._dropped or path in self._forbidden

    def is_dropped(self, path: Path) -> bool:
        """Return whether the release drops a key, or one that holds it."""
        return bool(self._dropped) and _lies_in(path, self._dropped)

    @cached_property
    def unset(self) -> frozenset[Path]:
        """The provider settings that are accepted once their variable is set."""
        return paths_refused_while_unset(
            self.model_errors, self.data, self.providers, self.variables, self.version
        )

    @cached_property
    def stores(self) -> StoreMap:
        """The references of the config and the backends that it defines."""
        if self._stores_of_data is not None and self.loaded is self.data:
            return self._stores_of_data
        return storage_section.read_catalog(self.loaded, self.catalog, self.version)

    @cached_property
    def references(self) -> tuple[Store, ...]:
        """The references that the release follows: enabled and not dropped."""
        # what the loader drops or does not build cannot fail
        unread = self._dropped | self.disabled_providers
        return tuple(
            store
            for store in self.stores.stores
            if not _lies_in(store.path, unread)
            and isinstance(value_at(self.data, (*store.path, "backend")), str)
        )

    @cached_property
    def implied(self) -> tuple[Store, ...]:
        """The stores that enabled providers leave out, on their default
        backend.
        """
        enabled = {provider.path for provider in self.providers if provider.ever_on}
        found = storage_section.read_implied_stores(
            self.loaded, self.catalog, self.version
        )
        return tuple(store for store in found if store.path[:3] in enabled)

    def backend_of(self, store: Store) -> str:
        """Return the backend of a reference; empty if only the
        environment knows.
        """
        name = store.reference.backend if store.reference else ""
        if has_placeholder(name) or self.is_filled_in(name):
            return self._seen_string((*store.path, "backend"))
        return name

    @cached_property
    def has_default_backends(self) -> bool:
        """Whether the file leaves out all backends: the release has its
        own then.
        """
        storage = self.data.get("storage", {})
        left_out = isinstance(storage, Mapping) and "backends" not in storage
        return self.version >= DEFAULTS_SINCE and left_out

    @cached_property
    def backend_names(self) -> tuple[str, ...]:
        """The backends that references can name: the file's, or the
        release's own.
        """
        if self.has_default_backends:
            return tuple(OWN_BACKENDS)
        return tuple(map(str, as_mapping(value_at(self.data, BACKENDS_PATH))))

    def backend_type(self, name: str) -> str:
        """Return the type of a backend; empty if only the environment knows."""
        if self.has_default_backends:
            return OWN_BACKENDS.get(name, "")
        return self._seen_string((*BACKENDS_PATH, name, "type"))

    @cached_property
    def inline_stores(self) -> tuple[Path, ...]:
        """The paths of inline stores: at the top level and in provider
        configs.
        """
        return tuple(_inline_store_paths(self.data, self.catalog))

    @cached_property
    def superseded_stores(self) -> frozenset[Path]:
        """The paths of old store keys beside the reference of the same store."""
        stores = read_inline_stores(self.data, self.catalog, LAST_INLINE, self.version)
        return frozenset(store.entry_path for store in stores.superseded())

    @cached_property
    def is_old(self) -> bool:
        """Whether the config is of 0.2 or earlier and the release is a
        later one.
        """
        if self.version < CATALOG_SINCE or isinstance(self.data.get("storage"), dict):
            return False
        return bool(self.inline_stores)


def _lies_in(path: Path, holders: frozenset[Path]) -> bool:
    return any(path[:length] in holders for length in range(1, len(path) + 1))


def _inline_store_paths(data: Data, catalog: StoreFields) -> Iterator[Path]:
    for fact in catalog.server_fields(LAST_INLINE, "inline"):
        value = value_at(data, fact.path)
        # a top-level key of that time is one even if its value is no store
        if is_inline_store(value) or (value is not None and len(fact.path) == 1):
            yield fact.path
    for api, index, provider in provider_entries(data):
        config = provider.get("config")
        if isinstance(config, dict):
            for name, value in config.items():
                if is_inline_store(value):
                    yield "providers", api, index, "config", name
