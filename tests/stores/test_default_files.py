"""The sqlite files that providers of 0.1.0 to 0.1.6 open by default."""

import sqlite3
from pathlib import Path

import pytest

from stackcfg.releases.stores import LAST_INLINE, load_store_fields
from stackcfg.releases.versions import Release
from stackcfg.stores.default_files import locate_default_files
from stackcfg.stores.inline import read_inline_stores
from tests.support.in_process import run_here
from tests.support.running import ROOT

INPUT = ROOT / "fixtures/migrate/situations/default-files-of-0.1/input.yaml"
RUNTIME = "${env.LLAMA_STACK_CONFIG_DIR:=~/.llama}/runtime/"


def file_of(api: str, kind: str, config: object, oldest: Release) -> str | None:
    """Return the file of a provider's store, as one release has it."""
    provider = {"provider_id": "p", "provider_type": kind, "config": config}
    data = {"image_name": "x", "providers": {api: [provider]}}
    stores = read_inline_stores(data, load_store_fields(), LAST_INLINE, (0, 3, 5))
    found = locate_default_files(stores, oldest).stores
    [store] = [each for each in found if each.fact.api]
    return store.location.file if store.location else None


@pytest.mark.parametrize(
    ("api", "kind", "name"),
    [
        ("datasetio", "inline::localfs", "localfs_datasetio.db"),
        ("datasetio", "remote::huggingface", "huggingface_datasetio.db"),
        ("eval", "inline::meta-reference", "meta_reference_eval.db"),
    ],
)
def test_a_provider_without_a_store_has_its_default_file(api, kind, name):
    assert file_of(api, kind, {}, (0, 1, 0)) == RUNTIME + name
    assert file_of(api, kind, {}, (0, 1, 6)) == RUNTIME + name
    assert file_of(api, kind, {}, (0, 1, 7)) is None
    store = {"type": "sqlite", "db_path": "/data/a.db"}
    assert file_of(api, kind, {"kvstore": store}, (0, 1, 0)) == "/data/a.db"


def test_other_providers_have_no_default_file():
    assert file_of("vector_io", "inline::faiss", {}, (0, 1, 0)) is None


def test_rows_of_a_default_file_are_planned_and_shown(tmp_path: Path):
    (tmp_path / "old.yaml").write_text(INPUT.read_text())
    folder = tmp_path / ".llama" / "runtime"
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "localfs_datasetio.db") as database:
        database.execute("CREATE TABLE kvstore (key TEXT PRIMARY KEY, value TEXT, e)")
        database.execute("INSERT INTO kvstore VALUES ('datasets:v3::x', '{}', NULL)")
    database.close()
    report = run_here("migrate", "-o", "new.yaml", "old.yaml", cwd=tmp_path).err
    assert "localfs      not visible  $LLAMA_STACK_CONFIG_DIR/runtime/local" in report
    files = ("old.yaml", "new.yaml")
    plan = run_here("data", "plan", *files, cwd=tmp_path, HOME=str(tmp_path))
    assert "rows to copy or to complete: 1" in plan.out
    shown = run_here("show", "old.yaml", cwd=tmp_path).out
    assert "localfs_datasetio.db  sqlite\n└── datasetio localfs " in shown


def test_the_layout_that_keeps_files_keeps_default_ones(tmp_path: Path):
    (tmp_path / "old.yaml").write_text(INPUT.read_text())
    options = ("--layout", "preserve", "-o", "new.yaml")
    report = run_here("migrate", *options, "old.yaml", cwd=tmp_path).err
    assert "datasetio localfs      visible" in report
    later = run_here("migrate", "--from", "0.2", "old.yaml", cwd=tmp_path).err
    assert "datasetio localfs      no rows yet" in later
