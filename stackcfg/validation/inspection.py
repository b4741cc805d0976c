"""What a rule may look at: one run config as text, data, store map, and what a release's models make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from stackcfg.paths import Path, value_at
from stackcfg.releases import logging_section
from stackcfg.releases import models as config_models
from stackcfg.releases.changes import CATALOG_SINCE, DEFAULTS_SINCE
from stackcfg.releases.models import ProviderSpec
from stackcfg.releases.stores import LAST_INLINE, StoreFields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.substitution import (
    TYPED_SINCE,
    UNKNOWN,
    Variables,
    strings_with,
    substitute,
    variables_of,
)
from stackcfg.runconfig.values import as_string
from stackcfg.stores import catalog as storage_section
from stackcfg.stores.catalog import OWN_BACKENDS
from stackcfg.stores.inline import looks_inline
from stackcfg.stores.store_map import Store, StoreMap
from stackcfg.validation.loader_rewrites import settle_config, upgrade_config
from stackcfg.validation.model_check import (
    DROPPED,
    HARMLESS,
    ModelError,
    model_errors,
    of_model,
)
from stackcfg.yamltext.document import SCALAR, Document, Node, walk_nodes

READ_ELSEWHERE: Final = frozenset(
    {
        logging_section.LOGGING_KEY,
        "routing_table",
        "api_providers",
        "provider_map",
        "apis_to_serve",
    }
)
"""Top-level keys that no model defines and that are read all the same: by the server itself, by old upgrade code."""

DISABLED_SINCE: Final[Release] = (0, 2, 16)
NAME_CAST_SINCE: Final[Release] = (0, 2, 15)

BUILT_IN: Final = frozenset(
    {"inspect", "providers", "admin", "prompts", "conversations", "connectors"}
)
"""APIs that the server implements itself."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider entry: where it stands, what it is, and whether it is ever or always switched on.

    `spec` is None for a type that the release does not have. `outside` marks one that a module or the project's
    settings bring along, which no catalog knows.
    """

    path: Path
    api: str
    kind: str
    id: str
    config: Any
    spec: ProviderSpec | None
    ever_on: bool
    always_on: bool
    outside: bool = False


class Inspection:
    """One run config under the eyes of one release. Everything but text and data is worked out when first asked."""

    def __init__(
        self,
        document: Document,
        data: Mapping[str, Any],
        catalog: StoreFields,
        version: Release,
        second: int | None = None,
    ) -> None:
        self.document = document
        self.data = data
        self.catalog = catalog
        self.version = version
        self.second = second
        """Where the second document of the stream begins, for the first config of a stream of several."""
        self.subjects: dict[str, list[ModelError]] | None = None
        """The mismatches by the rule that speaks of them; `rules.subjects` fills it."""

    @cached_property
    def variables(self) -> Variables:
        """The variables that the values mention."""
        return variables_of(self.dollar_texts, self.version)

    @cached_property
    def dollar_texts(self) -> tuple[str, ...]:
        """The values that hold a variable, or at least a dollar."""
        return tuple(strings_with("$", self.data)) if "$" in self.text else ()

    @cached_property
    def readings(self) -> tuple[Any, ...]:
        """The data as the server sees it: with all switches off, and where there are switches, with all on."""
        made = (
            substitute(self.loaded, known, self.version)
            for known in self.variables.readings
        )
        return tuple(self._named(settle_config(each, self.version)) for each in made)

    @cached_property
    def loaded(self) -> Mapping[str, Any]:
        """The data as the release's own loader rewrites it first."""
        return upgrade_config(self.data, self.version)

    def _named(self, data: Any) -> Any:
        """The data with its name as text: the loader makes it one before anything is checked (0.2.15)."""
        if self.version < NAME_CAST_SINCE:
            return data
        key = "image_name" if self.version < (0, 5) else "distro_name"
        if (
            isinstance(data, dict)
            and data.get(key) is not None
            and data[key] is not UNKNOWN
        ):
            data[key] = str(data[key])
        return data

    @cached_property
    def text(self) -> str:
        """The text of the document that holds the config."""
        return self.document.text[self.document.start : self.document.end]

    @cached_property
    def scalars(self) -> tuple[tuple[Path, Node], ...]:
        """Every scalar value of the document with its path."""
        return tuple(
            (path, node)
            for path, node in walk_nodes(self.document.root)
            if node.kind == SCALAR
        )

    @cached_property
    def stores(self) -> StoreMap:
        """The references of the config and the backends that it defines."""
        return storage_section.read_catalog(self.loaded, self.catalog, self.version)

    @cached_property
    def references(self) -> tuple[Store, ...]:
        """The references that the release really follows: not those that it drops, nor of providers that are off."""
        dropped = {each.path for each in self.mismatches if each.kind == DROPPED}
        off = {provider.path for provider in self.providers if not provider.ever_on}
        return tuple(
            use
            for use in self.stores.uses
            if use.path[:3] not in off
            and not any(
                use.path[:length] in dropped for length in range(1, len(use.path) + 1)
            )
            and isinstance(value_at(self.data, (*use.path, "backend")), str)
        )

    @cached_property
    def implied(self) -> tuple[Store, ...]:
        """The stores of providers that are on and leave theirs out, on the backend that the release takes then."""
        on = {provider.path for provider in self.providers if provider.ever_on}
        found = storage_section.implied_backends(
            self.loaded, self.catalog, self.version
        )
        return tuple(use for use in found if use.path[:3] in on)

    def readings_with(self, provider: Provider) -> tuple[Any, ...]:
        """The readings in which a provider is switched on."""
        return tuple(
            each
            for each in self.readings
            if _is_on(value_at(each, (*provider.path, "provider_id")))
        )

    def seen(self, path: Path) -> Any:
        """The value at a path as the server sees it while all switches are off; `UNKNOWN` where nobody can tell."""
        return value_at(self.readings[0], path)

    def backend_of(self, use: Store) -> str:
        """The name of the backend that a reference leads to, defaults filled in; empty where nobody can tell."""
        name = use.reference.backend if use.reference else ""
        return (
            self._seen_text((*use.path, "backend")) if has_placeholder(name) else name
        )

    @cached_property
    def backend_names(self) -> tuple[str, ...]:
        """The backends that references can lead to: those of the file, or the release's own where it defines none."""
        section = value_at(self.data, ("storage", "backends"))
        if isinstance(section, Mapping):
            return tuple(map(str, section))
        return tuple(OWN_BACKENDS) if self.has_default_backends else ()

    @cached_property
    def has_default_backends(self) -> bool:
        """Whether the backends are the release's own, since the file leaves them out."""
        storage = self.data.get("storage", {})
        left_out = isinstance(storage, Mapping) and "backends" not in storage
        return self.version >= DEFAULTS_SINCE and left_out

    def backend_type(self, name: str) -> str:
        """The type of a backend, defaults filled in; empty where nobody can tell."""
        if self.has_default_backends:
            return OWN_BACKENDS.get(name, "")
        return self._seen_text(("storage", "backends", name, "type"))

    def _seen_text(self, path: Path) -> str:
        found = self.seen(path)
        return found if isinstance(found, str) else ""

    @cached_property
    def is_old(self) -> bool:
        """Whether this is a config of 0.2 or earlier for a later release: inline stores, and no catalog of backends."""
        if self.version < CATALOG_SINCE or isinstance(self.data.get("storage"), dict):
            return False
        return any(True for _ in self.inline_stores)

    @cached_property
    def inline_stores(self) -> tuple[Path, ...]:
        """Where stores of the old style stand: top-level keys of that style, snippets in provider configs."""
        found: list[Path] = []
        for fact in self.catalog.server_fields(LAST_INLINE, "inline"):
            if value_at(self.data, fact.path) is not None and (
                len(fact.path) == 1 or looks_inline(value_at(self.data, fact.path))
            ):
                found.append(fact.path)
        for api, index, provider in provider_entries(self.data):
            config = provider.get("config")
            for name, value in config.items() if isinstance(config, dict) else ():
                if looks_inline(value):
                    found.append(("providers", api, index, "config", name))
        return tuple(found)

    @cached_property
    def providers(self) -> tuple[Provider, ...]:
        """Every provider entry."""
        return tuple(self._providers())

    def _providers(self) -> Iterator[Provider]:
        declared = {(field.api, field.provider_type) for field in self.catalog.declared}
        for api, index, entry in provider_entries(self.data):
            seen = [reading["providers"][api][index] for reading in self.readings]
            states = [_is_on(each.get("provider_id")) for each in seen]
            kind, name = seen[0].get("provider_type"), seen[-1].get("provider_id")
            if not isinstance(kind, str):
                kind = as_string(entry.get("provider_type"))
            if not isinstance(name, str):
                name = as_string(entry.get("provider_id"))
            path: Path = ("providers", api, index)
            api = config_models.api_from_word(api, self.version)
            spec = config_models.provider_spec(api, kind, self.version)
            outside = (api, kind) in declared or (
                any(states)
                and all(
                    each.get("module")
                    for each, on in zip(seen, states, strict=True)
                    if on
                )
            )
            yield Provider(
                path,
                api,
                kind,
                name,
                entry.get("config"),
                spec,
                any(states),
                all(states),
                outside,
            )

    @cached_property
    def mismatches(self) -> tuple[ModelError, ...]:
        """Everything in which the config differs from the release's models, provider configs included."""
        found: dict[tuple[str, Path], ModelError] = {}
        first = self.readings[0]
        root = config_models.root_model(self.version).name
        # until 0.2.12 the parser of `llama stack run` looks at the text as it is, and the server at what it becomes
        written = () if self.version >= TYPED_SINCE else (self.data,)
        for reading in (*written, *self.readings):
            if reading is first or _apart_from_configs(reading) != _apart_from_configs(
                first
            ):
                for each in of_model(root, reading, (), self.version):
                    if not self._is_read_elsewhere(
                        each.path
                    ) and not self._is_taken_out(reading, each.path):
                        found.setdefault((each.kind, each.path), each)
            for provider in self.providers if reading is not self.data else ():
                entry = value_at(reading, provider.path)
                if reading is not first and entry == value_at(first, provider.path):
                    continue
                if not self._is_taken_out(reading, provider.path):
                    own = () if reading is first else self._of_entry(provider, entry)
                    for each in (*own, *self._of_provider(provider, entry)):
                        found.setdefault((each.kind, each.path), each)
        return (*found.values(), *self._of_logging())

    def _of_logging(self) -> list[ModelError]:
        written = self.data.get(logging_section.LOGGING_KEY)
        if not written or self.version >= logging_section.LOGGING_UNREAD_SINCE:
            return []
        return of_model(
            logging_section.LOGGING_MODEL,
            written,
            (logging_section.LOGGING_KEY,),
            self.version,
        )

    def _is_read_elsewhere(self, path: Path) -> bool:
        if (
            path == (logging_section.LOGGING_KEY,)
            and self.version >= logging_section.LOGGING_UNREAD_SINCE
        ):
            return False
        return len(path) == 1 and path[0] in READ_ELSEWHERE

    def _is_taken_out(self, reading: Any, path: Path) -> bool:
        """Whether a path lies in a list entry that the loader drops unseen: disabled, or a resource without an id."""
        ids = config_models.skipped_without(self.version)
        entries = [
            value_at(reading, path[: place + 1])
            for place, part in enumerate(path)
            if isinstance(part, int)
        ]
        return any(
            (
                self.version >= DISABLED_SINCE
                and entry.get("provider_id") == "__disabled__"
            )
            or any(entry[name] in (None, "") for name in ids if name in entry)
            for entry in entries
            if isinstance(entry, Mapping)
        )

    def _of_entry(
        self, provider: Provider, entry: Mapping[str, Any]
    ) -> list[ModelError]:
        """What the model of a whole config says of one provider entry: its id, its type, whatever else stands there."""
        if all(type(each) is str for name, each in entry.items() if name != "config"):
            return []  # as in nearly every entry that a switch turns on: a text fits each of its fields
        root = config_models.root_model(self.version)
        lists = root.fields["providers"].kind[1]
        return model_errors(lists[1], entry, provider.path, self.version, root.name)

    def _of_provider(
        self, provider: Provider, entry: Mapping[str, Any]
    ) -> list[ModelError]:
        """What the config class says of an entry in a reading; of one that is off, only which keys it would drop."""
        config = entry.get("config", {})
        if provider.spec is None or not isinstance(config, dict):
            return []
        found = of_model(
            provider.spec.config, config, (*provider.path, "config"), self.version
        )
        if found and not _is_on(entry.get("provider_id")):
            return [each for each in found if each.kind in HARMLESS]
        return found

    @cached_property
    def unset(self) -> frozenset[Path]:
        """Provider settings that are refused only while a variable with an empty default is not set."""
        if not self.variables.empty:
            return frozenset()
        refused = [
            each
            for each in self.mismatches
            if each.kind not in HARMLESS and _is_in_config(each.path)
        ]
        if not refused:
            return frozenset()
        still: set[Path] = set()
        for known in self.variables.readings:
            for provider in self.providers:
                if not any(each.path[:3] == provider.path for each in refused):
                    continue
                entry = substitute(
                    value_at(self.data, provider.path),
                    known | self.variables.empty,
                    self.version,
                )
                still |= {
                    each.path
                    for each in self._of_provider(provider, entry)
                    if each.kind != DROPPED
                }
        return frozenset(each.path for each in refused if each.path not in still)


def _is_in_config(path: Path) -> bool:
    return len(path) > 4 and path[0] == "providers" and path[3] == "config"


def _is_on(provider_id: Any) -> bool:
    return provider_id not in (None, "", "__disabled__")


def _apart_from_configs(reading: Any) -> Any:
    """A reading without what switches change in nearly every file: the ids and configs of providers."""
    return {key: value for key, value in reading.items() if key != "providers"}
