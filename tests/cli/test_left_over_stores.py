"""Old store keys beside a whole catalog: every command says the same of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.in_process import run_here
from tests.support.running import ROOT

STALE = (
    ROOT
    / "fixtures"
    / "migrate"
    / "situations"
    / "stale-old-stores-0.4.2"
    / "input.yaml"
)
OLD_FILES = (".llama/registry.db", ".llama/inference-store.db")
NEW_FILES = {"metadata": "/data/kv_store.db", "inference": "/data/sql_store.db"}


@pytest.fixture
def stale(tmp_path) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(STALE.read_text())
    return path


def test_migrate_leaves_the_file(stale):
    done = run_here("migrate", "-w", stale)
    assert done.code == 0
    assert "nothing to do" in done.err
    assert stale.read_text() == STALE.read_text()


@pytest.mark.parametrize("target", ["0.5", "0.7", "1.5"])
def test_a_later_release_finds_the_rows_where_the_catalog_says(stale, target):
    new = stale.with_name("new.yaml")
    arguments = ("migrate", "--target", target, "--report", "json", "-o", new, stale)
    done = run_here(*arguments)
    assert done.code == 0
    (config,) = json.loads(done.err)["files"][0]["configs"]
    stores = {each["store"]: each for each in config["stores"]}
    for name, file in NEW_FILES.items():
        assert file in json.dumps(stores[name]["before"])
    assert not any(file in json.dumps(config["stores"]) for file in OLD_FILES)
    assert [
        each["severity"]
        for each in config["findings"]
        if "storage catalog" in each["message"]
    ] == ["info"] * 2
    planned = run_here(
        "data", "plan", stale, new, "--target", target, "--format", "json"
    )
    assert not any(file in planned.out for file in OLD_FILES)


@pytest.mark.parametrize("target", [(), ("--target", "0.4")])
def test_validate_warns_once_for_each_key(stale, target):
    done = run_here("validate", *target, "--format", "concise", stale)
    assert done.code == 0
    found = [line for line in done.out.splitlines() if "inline-store" in line]
    assert len(found) == 2
    assert all("left over from 0.2" in line and "[warning]" in line for line in found)


def test_show_says_that_they_are_not_read(stale):
    done = run_here("show", stale)
    assert done.out.count("not read by 0.8.0") == 2
