"""Which fixes are safe: those after which no store has another location.

The rows of a store that moves are not visible to the server any more,
however certain it is what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import zip_longest

from stackcfg.light_typing import Final
from stackcfg.loading.configs import RunConfig
from stackcfg.paths import Data, Path
from stackcfg.redaction.keys import is_secret_key
from stackcfg.redaction.urls import find_passwords
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import Target
from stackcfg.releases.resources import RESOURCES_SECTION
from stackcfg.releases.stores import StoreFields, find_engine, with_declared_fields
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import modernize_shell_syntax
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.catalog import read_catalog, read_implied_stores
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import Store, store_label
from stackcfg.validation.changed_data import DataChanges
from stackcfg.validation.findings import Finding
from stackcfg.validation.fixes import changes_of
from stackcfg.validation.loader_rewrites import upgrade_config
from stackcfg.validation.settings import Settings

_SECTIONS: Final[tuple[Path, ...]] = (("providers",), BACKENDS_PATH)
"""The sections whose entries move only their own stores."""


def judge_fixes(
    findings: Sequence[Finding],
    configs: Sequence[RunConfig],
    targets: Sequence[Target],
    settings: Settings,
) -> list[Finding]:
    """Return findings, a fix that moves a store as one that is not safe.

    A fix that is not safe is left out if it moves a store that it does
    not name.
    """
    catalog = with_declared_fields(settings.declared)
    fixable: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.fix is not None:
            fixable.setdefault(finding.place, []).append(finding)
    judged: dict[Finding, Finding] = {}
    for config, target in zip(configs, targets, strict=True):
        own = fixable.get(config.place, [])
        stores = _StoresOfConfig(config.data, catalog, target.last)
        for finding, moved in stores.find_moving(own).items():
            judged[finding] = _judge(finding, moved)
    return [judged.get(finding, finding) for finding in findings]


class _StoresOfConfig:
    """The stores of a run config, which fixes are held against."""

    def __init__(
        self,
        data: Data,
        catalog: StoreFields,
        release: Release,
    ) -> None:
        self._data = data
        self._catalog = catalog
        self._release = release

    @cached_property
    def _before(self) -> Mapping[Path, Store]:
        """The stores without any fix."""
        return self._read(self._data)

    def _read(self, data: Data) -> Mapping[Path, Store]:
        """Return the stores that a release finds in the data of a config."""
        found = _read_stores(data, self._catalog, self._release)
        return {store.path: store for store in found}

    def find_moving(
        self,
        findings: Sequence[Finding],
    ) -> Mapping[Finding, list[Store]]:
        """Return the findings whose fixes move stores that they do not
        name, with these stores.
        """
        found: dict[Finding, list[Store]] = {}
        if not findings or not self.find_moved(findings):
            return found
        groups = _group_by_entry(findings)
        found.update(self._search(groups.pop((), [])))
        for section in _SECTIONS:
            own = [fixes for entry, fixes in groups.items() if _is_in(section, entry)]
            # one fix of each entry at a time: a config of many has few such turns
            for turn in zip_longest(*own):
                fixes = [finding for finding in turn if finding is not None]
                found.update(self._find_moving_of_entries(fixes))
        return found

    def _find_moving_of_entries(
        self, findings: Sequence[Finding]
    ) -> Mapping[Finding, list[Store]]:
        """Return the same for fixes each of which is of another entry."""
        moved = self.find_moved(findings)
        found: dict[Finding, list[Store]] = {}
        for finding in findings:
            entry = _entry_of(finding)
            own = [store for store in moved if entry in _entries_of_store(store)]
            if own:
                found[finding] = own
        return found

    def _search(
        self,
        findings: Sequence[Finding],
    ) -> Mapping[Finding, list[Store]]:
        """Return the same for fixes that any store may depend on."""
        if not findings:
            return {}
        moved = self.find_moved(findings)
        if not moved:
            return {}
        if len(findings) == 1:
            return {findings[0]: moved}
        half = len(findings) // 2
        first = self._search(findings[:half])
        return {**first, **self._search(findings[half:])}

    def find_moved(self, findings: Sequence[Finding]) -> list[Store]:
        """Return the stores that fixes of the config move and do not name.

        A fix of the registered resources moves none: no store is in
        them.
        """
        changes = DataChanges(changes_of(findings))
        if changes.sections == {RESOURCES_SECTION}:
            return []
        named = {path for each in findings if each.fix for path in each.fix.moved}
        after = self._read(changes.apply(self._data))
        moved: list[Store] = []
        for path, store in self._before.items():
            new = after.get(changes.new_path(path) or ())
            if path not in named and _location_of(new) != _location_of(store):
                moved.append(store)
        return moved


def _judge(finding: Finding, moved: Sequence[Store]) -> Finding:
    """Return a finding, its fix as one that moves stores."""
    fix = finding.fix
    if fix is None or not fix.is_safe:
        return finding._replace(fix=None)
    names = ", ".join(store_label(store) for store in moved)
    message = f"{fix.message} (other stored rows are read then: {names})"
    paths = tuple(store.path for store in moved)
    unsafe = fix._replace(message=message, is_safe=False, moved=paths)
    return finding._replace(fix=unsafe)


def _group_by_entry(findings: Sequence[Finding]) -> dict[Path, list[Finding]]:
    """Return findings by the provider or backend that their fixes
    change, those of others under an empty path.
    """
    groups: dict[Path, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_entry_of(finding), []).append(finding)
    return groups


def _entry_of(finding: Finding) -> Path:
    """Return the path of the provider or backend that holds all changes
    of a fix; empty if none does.
    """
    entries = {path[:3] for path in DataChanges(changes_of([finding])).paths}
    if len(entries) != 1:
        return ()
    [entry] = entries
    if any(_is_in(section, entry) for section in _SECTIONS):
        return entry
    return ()


def _is_in(section: Path, entry: Path) -> bool:
    """Return whether a path is that of an entry of a section."""
    return len(entry) == 3 and entry[: len(section)] == section


def _entries_of_store(store: Store) -> tuple[Path, ...]:
    """Return the paths of the provider and of the backend of a store."""
    name = ""
    if store.reference is not None:
        name = store.reference.backend
    return store.path[:3], (*BACKENDS_PATH, name)


def _read_stores(
    data: Data,
    catalog: StoreFields,
    release: Release,
) -> Iterator[Store]:
    """Yield the stores that a release opens; what it refuses has no rows yet."""
    loaded = upgrade_config(data, release)
    if release < CATALOG_SINCE:
        inline = read_inline_stores(loaded, catalog, release, CATALOG_SINCE)
        yield from (store for store in inline.stores if store.location is not None)
        return
    stores = read_catalog(loaded, catalog, release)
    for store in (*stores.stores, *read_implied_stores(loaded, catalog, release)):
        if store.reference is None or store.location is None:
            continue
        backend = stores.backends[store.reference.backend]
        is_known = find_engine(backend.family, backend.engine) is not None
        if is_known and store.reference.name and backend.family == store.family:
            yield store


def _location_of(store: Store | None) -> tuple[object, ...]:
    """Return where the rows of a store are, whoever may open them."""
    if store is None or store.location is None:
        return ()
    location = store.location
    # an old variable names the place that it named where it is understood
    connection = tuple(
        (name, modernize_shell_syntax(_without_password(value)))
        for name, value in location.connection
        if not is_secret_key(name)
    )
    return location._replace(connection=connection).place


def _without_password(value: str) -> str:
    if "@" not in value:
        return value
    for start, end in reversed(list(find_passwords(value))):
        value = value[:start] + value[end:]
    return value
