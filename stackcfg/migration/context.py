"""What a step may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO, StepNote
from stackcfg.migration.editing.editor import Editor
from stackcfg.migration.file_age import FileAge
from stackcfg.migration.planning.layout import BackendPlan
from stackcfg.paths import Data, Path, list_at, mapping_at
from stackcfg.releases.families import Target
from stackcfg.releases.stores import StoreFields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import StoreMap

Providers = Iterator[tuple[Path, Data]]
"""Paths, each with the mapping at it."""


class Hop(NamedTuple):
    """The part of the way on which a step runs.

    `since` is the release that asks for the step, `target` the family
    or release that the step writes for, `final` the last release of the
    whole way, `age` what is known of the file's own release.
    """

    since: Release
    target: Target
    final: Release
    age: FileAge


class StepContext(NamedTuple):
    """What every step may look at.

    `text` makes the edits, `data` is what the config means. `layout` is
    one of `LAYOUTS`, `store_fields` the store fields of all releases.
    `read_catalog` returns what is `written`. Only the hop to the
    catalog (0.3.0) has `inline`, the map of the inline stores, and
    `plan`, the backends and references that take their place. `engines`
    are the names of backends that the user wants on another engine.
    `parameters` are texts that are replaced before the server reads
    them, `renamed` the variables that are set and read under their new
    names.
    """

    text: Editor
    data: Data
    release: Hop
    layout: str
    store_fields: StoreFields
    read_catalog: Callable[[], StoreMap]
    inline: StoreMap = StoreMap(())
    plan: BackendPlan = BackendPlan()
    engines: tuple[tuple[str, str], ...] = ()
    parameters: frozenset[str] = frozenset()
    renamed: frozenset[str] = frozenset()

    @property
    def written(self) -> StoreMap:
        """The map of the backends and references that the config has.

        It is read when a step asks: most hops are without one that
        does.
        """
        return self.read_catalog()

    @property
    def version(self) -> Release:
        """The last release of the target."""
        return self.release.target.last

    @property
    def is_older(self) -> bool:
        """Whether the file is certainly for a release before the one of
        the step.
        """
        return self.release.age.certainly_before(self.release.since)

    def is_unknown(self, text: str) -> bool:
        """Return whether a variable, a template or a parameter gives a
        string its value.
        """
        if has_placeholder(text) or "{{" in text:
            return True
        return any(each in text for each in self.parameters)

    def info(self, message: str, path: Path) -> StepNote:
        """Return a note of a fact, at a path."""
        return StepNote(INFO, message, self.text.offset(path))

    def check(self, message: str, path: Path) -> StepNote:
        """Return a note of something to check, at a path."""
        return StepNote(CHECK, message, self.text.offset(path))

    def check_at(self, message: str, offset: int) -> StepNote:
        """Return a note of something to check, at an offset."""
        return StepNote(CHECK, message, offset)

    def action_required(self, message: str, path: Path) -> StepNote:
        """Return a note of a manual action, at a path."""
        return StepNote(ACTION_REQUIRED, message, self.text.offset(path))

    def all_providers_of(self, api: str, provider_type: str = "") -> Providers:
        """Yield the path and the entry of each provider of an API.

        Only those of one provider type, where that is given.
        """
        path = ("providers", api)
        for index, provider in enumerate(list_at(self.data, path)):
            if not isinstance(provider, Mapping):
                continue
            if provider_type in ("", as_string(provider.get("provider_type"))):
                yield (*path, index), provider

    def providers_of(self, api: str, provider_type: str = "") -> Providers:
        """Yield the path and the entry of each provider that is not disabled."""
        for path, provider in self.all_providers_of(api, provider_type):
            if not is_disabled(provider):
                yield path, provider

    def configs_of(self, api: str, provider_type: str = "") -> Providers:
        """Yield the path and the settings of each provider that is not
        disabled.
        """
        for path, provider in self.providers_of(api, provider_type):
            yield (*path, "config"), mapping_at(provider, ("config",))
