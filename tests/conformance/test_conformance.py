"""The migrated run configs of a real release, judged by the real releases that they are for.

0.2.23 is the last release whose own files are of the old style; 0.3.0 and 0.3.5 are both ends of the target. What
upstream made of the same files by hand is compared as data: a table holds each difference with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stackcfg.migration.engine import Settings, migrate
from tests.conformance.releases import judgements, required, shipped_configs

pytestmark = pytest.mark.conformance

OLD: Final = "0.2.23"
NEW: Final = ("0.3.0", "0.3.5")
LAYOUTS: Final = ("consolidate", "preserve")
SHIPPED: Final = (
    "ci-tests/run.yaml",
    "dell/run-with-safety.yaml",
    "dell/run.yaml",
    "meta-reference-gpu/run-with-safety.yaml",
    "meta-reference-gpu/run.yaml",
    "nvidia/run-with-safety.yaml",
    "nvidia/run.yaml",
    "open-benchmark/run.yaml",
    "postgres-demo/run.yaml",
    "starter-gpu/run.yaml",
    "starter/run.yaml",
    "watsonx/run.yaml",
)
CONVERTED: Final = tuple(name for name in SHIPPED if not name.startswith("ci-tests/"))
"""Those that upstream converted; the wheels of 0.3 hold no run config of `ci-tests`."""

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A place where upstream's own conversion and ours are not the same."""

    distribution: str
    path: str
    ours: object
    upstream: object


ABSENT: Final = None
QDRANT: Final = "vector_io/${env.QDRANT_URL:+qdrant}.persistence"
WEAVIATE: Final = "vector_io/${env.WEAVIATE_CLUSTER_URL:+weaviate}.persistence"
CHROMA: Final = "vector_io/${env.ENABLE_CHROMADB:+chromadb}.persistence"
CHROMA_FILE: Final = "${env.SQLITE_STORE_DIR:=~/.llama/distributions/postgres-demo}/chroma_remote_registry.db"

FILES: Final = "files/meta-reference-files.metadata_store"
WITHOUT_FILES: Final = (
    "dell/run.yaml",
    "dell/run-with-safety.yaml",
    "meta-reference-gpu/run.yaml",
    "meta-reference-gpu/run-with-safety.yaml",
    "open-benchmark/run.yaml",
    "postgres-demo/run.yaml",
)

KNOWN_DIFFERENCES: Final[Mapping[str, tuple[Difference, ...]]] = {
    "Upstream moved chroma's sqlite file onto Postgres. Engines are never merged here: the rows would stay behind.": (
        Difference(
            "postgres-demo/run.yaml",
            "storage.backends.kv_chroma_remote.type",
            "kv_sqlite",
            ABSENT,
        ),
        Difference(
            "postgres-demo/run.yaml",
            "storage.backends.kv_chroma_remote.db_path",
            CHROMA_FILE,
            ABSENT,
        ),
        Difference(
            "postgres-demo/run.yaml",
            f"{CHROMA}.backend",
            "kv_chroma_remote",
            "kv_default",
        ),
    ),
    "Upstream added these providers to the distribution in 0.3.0. A migration adds no providers.": tuple(
        Difference(f"{distribution}/run.yaml", f"{place}.{key}", ABSENT, value)
        for distribution, (place, namespace) in product(
            ("starter", "starter-gpu"),
            ((QDRANT, "vector_io::qdrant_remote"), (WEAVIATE, "vector_io::weaviate")),
        )
        for key, value in (("backend", "kv_default"), ("namespace", namespace))
    ),
    "Upstream's own files lack the provider of files that inline::rag-runtime requires: the server refuses to start.": tuple(
        Difference(name, f"{FILES}.{key}", value, ABSENT)
        for name in WITHOUT_FILES
        for key, value in (("backend", "sql_default"), ("table_name", "files_metadata"))
    ),
}


@pytest.fixture(scope="module")
def originals() -> dict[str, Path]:
    """The run configs that the old release ships."""
    return shipped_configs(required(OLD))


@pytest.fixture(scope="module")
def migrated(
    originals: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Path]:
    """The same files, migrated, by name and layout."""
    folder = tmp_path_factory.mktemp("migrated")
    result = {}
    for number, ((name, path), layout) in enumerate(
        product(originals.items(), LAYOUTS)
    ):
        result[name, layout] = folder / f"{number}.yaml"
        result[name, layout].write_text(
            _migrated(path.read_text(encoding="utf-8"), layout), encoding="utf-8"
        )
    return result


@pytest.fixture(scope="module")
def verdicts(
    originals: dict[str, Path], migrated: dict[tuple[str, str], Path]
) -> dict[tuple[str, Path], Verdict]:
    """What every release says of every file, by release and file."""
    files = [*originals.values(), *migrated.values()]
    return {
        (version, path): verdict
        for version in (OLD, *NEW)
        for path, verdict in judgements(required(version), files).items()
    }


def _migrated(text: str, layout: str) -> str:
    return migrate(text, Settings(layout=layout)).text


def test_all_shipped_files_are_here(originals: dict[str, Path]) -> None:
    """The names below are the names in the wheel, none is left out."""
    assert set(originals) == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_original_is_accepted_by_its_own_release_alone(
    name: str, originals: dict[str, Path], verdicts: dict[tuple[str, Path], Verdict]
) -> None:
    """Without this the tests below could not fail for the right reason."""
    path = originals[name]
    assert verdicts[OLD, path]["errors"] == []
    for version in NEW:
        assert not verdicts[version, path]["accepted"]
        assert "model: storage: Field required" in verdicts[version, path]["errors"]


@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", SHIPPED)
def test_migrated_is_accepted(
    name: str,
    layout: str,
    version: str,
    migrated: dict[tuple[str, str], Path],
    verdicts: dict[tuple[str, Path], Verdict],
) -> None:
    """The new release finds nothing to refuse."""
    verdict = verdicts[version, migrated[name, layout]]
    assert verdict["errors"] == []
    assert verdict["accepted"]


@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", SHIPPED)
def test_migrated_has_no_key_that_is_dropped(
    name: str,
    layout: str,
    version: str,
    originals: dict[str, Path],
    migrated: dict[tuple[str, str], Path],
    verdicts: dict[tuple[str, Path], Verdict],
) -> None:
    """No key that holds a value goes unread, but those that the old release did not read either."""
    before, after = (
        verdicts[OLD, originals[name]],
        verdicts[version, migrated[name, layout]],
    )
    assert set(after["unknown_keys"]) <= set(before["unknown_keys"])
    assert set(after["inert_keys"]) <= set(before["inert_keys"])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", SHIPPED)
def test_second_migration_changes_nothing(
    name: str, layout: str, migrated: dict[tuple[str, str], Path]
) -> None:
    """A migrated file is of the target release, in either layout."""
    text = migrated[name, layout].read_text(encoding="utf-8")
    for again in LAYOUTS:
        second = migrate(text, Settings(layout=again))
        assert second.text == text
        assert not second.changed


@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize("name", CONVERTED)
def test_same_stores_as_upstream(
    name: str, version: str, migrated: dict[tuple[str, str], Path]
) -> None:
    """Backends, stores and references are those of upstream's own conversion, but for the table."""
    upstream = _stores(shipped_configs(required(version))[name])
    ours = _stores(migrated[name, "consolidate"])
    found = {
        Difference(name, path, ours.get(path), upstream.get(path))
        for path in ours.keys() | upstream.keys()
        if ours.get(path) != upstream.get(path)
    }
    known = {
        each
        for group in KNOWN_DIFFERENCES.values()
        for each in group
        if each.distribution == name
    }
    assert found - known == set(), "not in the table"
    assert known - found == set(), "in the table, and no longer true"


@pytest.mark.parametrize("version", NEW)
def test_the_other_shipped_files_are_named(version: str) -> None:
    """The files of the new release that the comparison leaves out have no forerunner in the old one."""
    extra = set(shipped_configs(required(version))) - set(CONVERTED)
    assert extra <= {
        "starter/run-with-postgres-store.yaml",
        "starter-gpu/run-with-postgres-store.yaml",
    }


def _stores(path: Path) -> dict[str, object]:
    """The catalog of a run config and every store reference of its providers, as leaves by path."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    result = dict(_leaves(data["storage"], "storage"))
    for api, providers in data["providers"].items():
        for provider in providers:
            result.update(
                _references(provider.get("config"), f"{api}/{provider['provider_id']}")
            )
    return result


def _references(config: object, path: str) -> Iterator[tuple[str, object]]:
    if not isinstance(config, dict):
        return
    if "backend" in config:
        yield from _leaves(config, path)
        return
    for key, value in config.items():
        yield from _references(value, f"{path}.{key}")


def _leaves(data: object, path: str) -> Iterator[tuple[str, object]]:
    if not isinstance(data, dict):
        yield path, data
        return
    for key, value in data.items():
        yield from _leaves(value, f"{path}.{key}")


@pytest.mark.conformance
@pytest.mark.parametrize("version", ["0.3.0", "0.3.5"])
def test_what_the_readme_migrates_is_accepted(version: str) -> None:
    starter = (
        Path(__file__).resolve().parents[2]
        / "fixtures"
        / "migrate"
        / "situations"
        / "starter"
    )
    outputs = [starter / "output.yaml", starter / "output-preserve.yaml"]
    for verdict in judgements(required(version), outputs).values():
        assert verdict["accepted"], verdict
        assert (verdict["unknown_keys"], verdict["inert_keys"]) == ([], []), verdict
    [old] = judgements(required(version), [starter / "input.yaml"]).values()
    assert not old["accepted"]
