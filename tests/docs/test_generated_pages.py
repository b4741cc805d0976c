"""The pages that are made from facts: each rule, and what changes from release to release."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from itertools import pairwise

import pytest
import yaml
from pages.config_keys import config_keys
from pages.release_changes import (
    INERT,
    REMOVED,
    RENAMED,
    STRICTER,
    ReleaseChange,
    release_changes,
)
from pages.releases import release_pages
from pages.rules import rule_pages

from stackcfg.data.row_rules import row_rule_ids
from stackcfg.migration.steps import STEPS
from stackcfg.releases.families import families
from stackcfg.releases.models import key_spans, root_model_names
from stackcfg.releases.versions import (
    described_releases,
    format_release,
    nearest_described,
    parse_release,
)
from stackcfg.reports.addresses import DOCS, rule_address
from stackcfg.reports.validate import sarif
from stackcfg.validation.known_rules import rule_infos
from tests.support.running import ROOT

PAIRS = list(pairwise(described_releases()))
CONFIG = (ROOT / "mkdocs.yml").read_text()


@cache
def pages_of_releases() -> dict[str, str]:
    return release_pages()


@cache
def pages_of_rules() -> dict[str, str]:
    return rule_pages()


def changes(before: str, after: str) -> set[ReleaseChange]:
    return set(release_changes(parse_release(before), parse_release(after)))


def test_every_rule_has_its_page():
    names = {info.id for info in rule_infos()} | set(row_rule_ids())
    assert set(pages_of_rules()) == {f"rules/{name}.md" for name in {*names, "index"}}
    for info in rule_infos():
        assert info.page.strip() in pages_of_rules()[f"rules/{info.id}.md"]
        assert f"({info.id}.md)" in pages_of_rules()["rules/index.md"]


def test_every_release_is_on_the_page_of_its_family():
    assert len(pages_of_releases()) == len(families()) + 1
    for _, after in PAIRS:
        page = pages_of_releases()[f"releases/{after[0]}.{after[1]}.md"]
        assert re.search(rf"\b{re.escape(format_release(after))}\b", page), after


def test_the_storage_catalog_of_0_3():
    found = changes("0.2.24", "0.3.0")
    removed = {each.what for each in found if each.kind == REMOVED}
    assert {"`metadata_store`", "`inference_store`", "`models`"} <= removed
    assert ReleaseChange(STRICTER, "`storage`", "must be there") in found
    faiss = "providers.vector_io[inline::faiss].config"
    assert ReleaseChange(RENAMED, "`kvstore`", "now `persistence`", faiss) in found
    inert = {each.what for each in found if each.kind == INERT}
    assert inert == {"`registered_resources.vector_stores`"}


def test_the_addresses_of_0_4():
    vllm = "providers.inference[remote::vllm].config"
    assert ReleaseChange(RENAMED, "`url`", "now `base_url`", vllm) in changes(
        "0.3.5", "0.4.0"
    )


def test_a_release_without_changes_has_none():
    assert release_changes((1, 0, 3), (1, 0, 4)) == []


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=str)
def test_every_key_of_the_server_that_goes_is_named(before, after):
    """Held against the facts in another way: the last release of each top-level key."""
    spans = [key_spans(name)[0] for name in root_model_names()]
    for key in {key for each in spans for key in each}:
        runs = [run for each in spans for run in each.get(key, ())]
        had = any(since <= before <= until for since, until in runs)
        has = any(since <= after <= until for since, until in runs)
        lost = {
            each.what
            for each in release_changes(before, after)
            if each.kind in (RENAMED, REMOVED) and not each.place
        }
        assert (f"`{key}`" in lost) == (had and not has), key


def test_every_change_that_migrate_follows_is_on_a_page():
    text = "".join(pages_of_releases().values())
    assert text.count("### What `stackcfg migrate` follows") > 20
    for step in STEPS:
        if step.since > PAIRS[0][0]:
            since = nearest_described((*step.since, 0, 0)[:3])
            page = pages_of_releases()[f"releases/{since[0]}.{since[1]}.md"]
            part = page.partition(f" to {format_release(since)}\n")[2]
            assert "migrate` follows" in part.partition("\n## ")[0], step.name


def test_paths_of_keys_say_which_choice_and_provider():
    paths = config_keys((1, 5, 0))
    assert "storage.backends.*(sql_postgres).host" in paths
    assert "providers.inference[remote::vllm].config.base_url" in paths
    assert "server.tls_certfile" in paths


def test_no_address_is_named_that_is_not_there():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = settings.get("urls", {}).get("Documentation", "")
    (site,) = re.findall(r"(?m)^site_url: (.*)$", CONFIG) or [""]
    assert named == site == DOCS
    assert rule_address("unknown-key") == (
        "" if not DOCS else f"{DOCS}rules/unknown-key/"
    )


def test_a_report_names_the_page_of_a_rule_once_it_has_an_address(monkeypatch):
    address = "https://docs.example/"
    monkeypatch.setattr(sarif, "rule_address", lambda rule: rule_address(rule, address))
    (rule, *_) = rule_infos()
    log = sarif.describe_log([], {rule.id: rule}, "0.1.0")
    (described,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert described["helpUri"] == f"{address}rules/{rule.id}/"


def test_the_navigation_names_pages_that_exist():
    plain = re.sub(r"!!python/name:\S+", "''", CONFIG)
    names = re.findall(r": ([\w-]+\.md)\b", plain)
    assert yaml.safe_load(plain)["strict"] is True
    committed = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert set(names) - {"changelog.md", "contributing.md"} <= committed
