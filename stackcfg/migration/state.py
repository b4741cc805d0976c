"""Progress of one config through the release hops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stackcfg.loading.configs import RunConfig
from stackcfg.loading.release_fit import detect_releases
from stackcfg.migration.downgrades import refuse_downgrade
from stackcfg.migration.editing.editor import Editor
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.left_over_stores import has_own_catalog
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.settings import Settings
from stackcfg.migration.target_choice import (
    COMPLETE,
    ConfigStart,
    Mode,
    choose_mode,
    choose_target,
    is_unfinished,
)
from stackcfg.paths import Data, as_mapping, mapping_at, value_at
from stackcfg.releases.families import DEFAULT_TARGET, Target
from stackcfg.releases.stores import LAST_INLINE, StoreFields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string
from stackcfg.stores.catalog import read_catalog
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.entries import indent_step

NO_STORES = StoreMap(())


class ConfigReader:
    """Reads one version of a config for the steps, everything once."""

    def __init__(self, config: RunConfig, store_fields: StoreFields) -> None:
        self.config = config
        self.store_fields = store_fields
        self._editor: Editor | None = None
        self._inline: dict[Release, StoreMap] = {}
        self._catalogs: dict[Release, StoreMap] = {}

    @property
    def editor(self) -> Editor:
        """Return the editor of the text."""
        if self._editor is None:
            document = self.config.document
            indent = indent_step(document, document.root)
            comments = Comments(document)
            self._editor = Editor(document, comments, indent, self.config.data)
        return self._editor

    def inline_stores(self, target: Release) -> StoreMap:
        """Return the inline stores, and the stores that only a target
        has.
        """
        if target not in self._inline:
            data, fields = self.config.data, self.store_fields
            self._inline[target] = read_inline_stores(data, fields, LAST_INLINE, target)
        return self._inline[target]

    def catalog(self, release: Release) -> StoreMap:
        """Return the backends and references as a release reads them."""
        # most hops are for texts without references, and these have no such
        # word
        if not self.config.document.holds("backend"):
            return NO_STORES
        if release not in self._catalogs:
            data, fields = self.config.data, self.store_fields
            self._catalogs[release] = read_catalog(data, fields, release)
        return self._catalogs[release]


class MigrationState:
    """Progress of one config through the release hops.

    `original` is the config as the file has it, `now` as the hops so
    far have left it. `target` is where its text goes, `mode` how far
    this config goes with it. `inline` are the inline stores with the
    rows that they have in the original; with `has_own_catalog` they are
    left over, and the rows of the server are where its catalog says.
    The `notes` have their place in the original text.
    """

    def __init__(
        self, settings: Settings, start: ConfigStart, target: Target, mode: Mode
    ) -> None:
        self.settings = settings
        self.target = target
        self.mode = mode
        self.original = start.reader
        self.now = start.reader
        self.detected = start.detected
        self.age = start.age
        self.has_own_catalog = has_own_catalog(start.reader, start.age)
        if mode == COMPLETE:
            # the file is for its target: no earlier release has read it
            self.age = FileAge(target.last, target.last)
        self.inline = NO_STORES
        self.notes: list[MigrationNote] = []
        self.changed = False

    def move_to(self, config: RunConfig) -> None:
        """Continue with the config that a hop has written."""
        self.now = ConfigReader(config, self.original.store_fields)

    def keep_inline_stores(self, stores: StoreMap) -> None:
        """Keep the inline stores for the report.

        Steps of 0.2 write inline stores too; those have no rows yet.
        """
        if self.now is self.original:
            self.inline = stores
            return
        first = self.original.inline_stores(DEFAULT_TARGET.last)
        old = {store.key for store in first.stores if store.inline is not None}
        moved = self._providers_of_renamed_apis()
        kept = []
        for store in stores.stores:
            is_written = store.inline is not None and store.key not in old
            # a renamed API has its old stores under a new key
            is_moved = value_at(moved.get(store.owner), store.fact.path) is not None
            if is_written and not is_moved:
                store = store._replace(location=None)
            kept.append(store)
        self.inline = stores._replace(stores=tuple(kept))

    def _providers_of_renamed_apis(self) -> Mapping[str, Data]:
        """Return the configs of providers whose API has another name
        now, by id.
        """
        apis = mapping_at(self.now.config.data, ("providers",))
        return {
            as_string(provider.get("provider_id")): as_mapping(provider.get("config"))
            for api, _, provider in provider_entries(self.original.config.data)
            if api not in apis
        }


def start_migration(
    configs: Iterable[RunConfig],
    store_fields: StoreFields,
    settings: Settings,
) -> list[MigrationState]:
    """Return the states of the configs of one text before the first
    hop.

    Raises `InputError` for a config of later releases if the user named
    this target.
    """
    starts = [_read_start(each, store_fields, settings) for each in configs]
    target = choose_target(settings.target, starts)
    states: list[MigrationState] = []
    for start in starts:
        if settings.target is not None:
            refuse_downgrade(start, target)
        mode = choose_mode(start, target, settings.target)
        states.append(MigrationState(settings, start, target, mode))
    return states


def _read_start(
    config: RunConfig, store_fields: StoreFields, settings: Settings
) -> ConfigStart:
    reader = ConfigReader(config, store_fields)
    inline = reader.inline_stores(DEFAULT_TARGET.last)
    detected = detect_releases(config, store_fields, inline)
    if settings.source is not None:
        releases = frozenset({settings.source})
    else:
        fitting = settings.releases or detected.releases
        releases = _up_to(settings.until, fitting)
    return ConfigStart(reader, releases, detected, is_unfinished(reader))


def _up_to(
    last: Release | None,
    releases: frozenset[Release],
) -> frozenset[Release]:
    """Return the releases up to one that is known to be the last; else
    all.
    """
    if last is None:
        return releases
    return frozenset(each for each in releases if each <= last) or releases
