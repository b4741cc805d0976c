"""Progress of one config through the release hops."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from stackcfg.loading.configs import RunConfig, position_of_offset
from stackcfg.loading.errors import InputError
from stackcfg.loading.release_fit import DetectedReleases, detect_releases
from stackcfg.migration.editing.editor import Editor
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.settings import Settings
from stackcfg.paths import mapping_at
from stackcfg.releases.families import DEFAULT_TARGET, describe_releases
from stackcfg.releases.stores import LAST_INLINE, StoreFields
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.entries import indent_step


@dataclass(slots=True)
class MigrationState:
    """Progress of one config through the release hops.

    `original` is the config as the file has it, `config` as the hops so far have left it. `is_later` says that the file
    is for releases after the target. `inline` are the stores that the file itself has inline, `notes` lie in the
    original text.
    """

    settings: Settings
    store_fields: StoreFields
    original: RunConfig
    config: RunConfig
    age: FileAge
    detected: DetectedReleases | None
    is_later: bool
    inline: StoreMap = field(default_factory=lambda: StoreMap(()))
    notes: list[MigrationNote] = field(default_factory=list)
    changed: bool = False
    _editor: Editor | None = None

    @property
    def editor(self) -> Editor:
        """Return the editor of the config as it is now; its comments are searched once."""
        if self._editor is None or self._editor.document is not self.config.document:
            self._editor = open_editor(self.config)
        return self._editor

    def keep_inline_stores(self, stores: StoreMap) -> None:
        """Keep the inline stores for the report; a store that a hop wrote had no rows before.

        Steps of 0.2 write inline stores too, into providers of releases that had none yet.
        """
        if self.config is self.original:
            self.inline = stores
            return
        data = self.original.data
        first = read_inline_stores(
            data, self.store_fields, LAST_INLINE, DEFAULT_TARGET.last
        )
        old = {store.key for store in first.stores if store.inline is not None}
        apis = mapping_at(data, ("providers",))
        kept = []
        for store in stores.stores:
            is_written = store.inline is not None and store.key not in old
            if is_written and store.fact.api in apis:
                store = store._replace(location=None)
            kept.append(store)
        self.inline = replace(stores, stores=tuple(kept))


def open_editor(config: RunConfig) -> Editor:
    """Return an editor on the text of a config."""
    document = config.document
    indent = indent_step(document, document.root)
    return Editor(document, Comments(document), indent, config.data)


def start_migration(
    config: RunConfig, store_fields: StoreFields, settings: Settings
) -> MigrationState:
    """Return the state before the first hop.

    Raises `InputError` for a file of later releases, where a person asked for this target.
    """
    detected = None
    if settings.source is None or settings.detect:
        detected = detect_releases(config, store_fields)
    if detected is None or settings.source is not None:
        assert settings.source is not None
        age = FileAge(settings.source, settings.source)
        is_later = False
    else:
        age = FileAge(min(detected.releases), max(detected.releases))
        is_later = age.oldest > settings.target.last
        if is_later and settings.asked:
            raise _downgrade_error(config, detected, settings)
    return MigrationState(
        settings, store_fields, config, config, age, detected, is_later
    )


def _downgrade_error(
    config: RunConfig, detected: DetectedReleases, settings: Settings
) -> InputError:
    position = position_of_offset(config, config.document.root.start)
    if detected.proof:
        position = detected.proof[0].position
    releases = describe_releases(detected.releases)
    message = f"this file is for {releases}; downgrading to {settings.target.name} is not supported"
    return InputError(message, position, "name a later --target")
