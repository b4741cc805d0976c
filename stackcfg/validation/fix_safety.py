"""Which fixes are safe: those after which no store has another location.

The rows of a store that moves are not visible to the server any more, however
certain it is what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

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
from stackcfg.stores.catalog import read_catalog, read_implied_stores
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import Store, store_label
from stackcfg.validation.changed_data import DataChanges
from stackcfg.validation.findings import Finding
from stackcfg.validation.fixes import changes_of
from stackcfg.validation.loader_rewrites import upgrade_config
from stackcfg.validation.settings import Settings


def judge_fixes(
    findings: Sequence[Finding],
    configs: Sequence[RunConfig],
    targets: Sequence[Target],
    settings: Settings,
) -> list[Finding]:
    """Return findings, a fix that moves a store as one that is not safe.

    A fix that is not safe is left out if it moves a store that it does not name.
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
        for finding in stores.find_moving(own):
            judged[finding] = stores.judge(finding)
    return [judged.get(finding, finding) for finding in findings]


class _StoresOfConfig:
    """The stores of a run config, which fixes are held against."""

    def __init__(self, data: Data, catalog: StoreFields, release: Release) -> None:
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

    def find_moving(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the findings whose fixes move stores that they do not name."""
        if not findings or not self.find_moved(findings):
            return []
        if len(findings) == 1:
            return list(findings)
        half = len(findings) // 2
        first = self.find_moving(findings[:half])
        return first + self.find_moving(findings[half:])

    def judge(self, finding: Finding) -> Finding:
        """Return a finding, its fix as one that moves stores."""
        fix = finding.fix
        if fix is None or not fix.is_safe:
            return finding._replace(fix=None)
        moved = self.find_moved([finding])
        names = ", ".join(store_label(store) for store in moved)
        message = f"{fix.message} (other stored rows are read then: {names})"
        paths = tuple(store.path for store in moved)
        unsafe = fix._replace(message=message, is_safe=False, moved=paths)
        return finding._replace(fix=unsafe)

    def find_moved(self, findings: Sequence[Finding]) -> list[Store]:
        """Return the stores that fixes of the config move and do not name.

        A fix of the registered resources moves none: no store is in them.
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


def _read_stores(data: Data, catalog: StoreFields, release: Release) -> Iterator[Store]:
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
