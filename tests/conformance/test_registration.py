"""Real releases start on configs, up to the end of their registration.

`registration_judge.py` puts stand-ins in place of the providers, so that a start needs
no service: what is left is the work of the release itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
import yaml

from stackcfg.loading.errors import InputError
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.migration.engine import migrate, settings_for
from stackcfg.releases.families import Target
from stackcfg.releases.model_names import served_name
from stackcfg.releases.versions import parse_release
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import ERROR
from stackcfg.validation.settings import Settings
from tests.conformance.releases import registrations, required
from tests.support.running import ROOT

RELEASES: Final = ("0.3.5", "0.4.5", "0.7.3", "1.5.0")
INLINE_RELEASE: Final = "0.2.23"
INPUTS: Final = sorted((ROOT / "fixtures" / "migrate").glob("*/*/input.yaml"))
FEWEST: Final = 40
"""Of the fixtures that are complete after a migration to any of the releases."""

RULES: Final = (
    "unregistrable-resource",
    "unknown-model",
    "unserved-model",
    "doubled-prefix",
    "conflicting-resource",
    "taken-model-name",
    "embedding-dimension",
    "unknown-shield",
    "unknown-provider",
    "unregistered-resource",
)
RULE_FILES: Final = sorted(
    path
    for rule in RULES
    for path in (ROOT / "fixtures" / "validate" / rule).glob("*.yaml")
)
FROM_ELSEWHERE: Final = ("unknown-provider",)
"""Fixtures with an API of another package, which a release alone does not have."""

BEFORE: Final = "(also before the migration)"
KINDS: Final = {"vector_db": "vector_store"}
"""Types of resources that have another name since 0.3."""

pytestmark = pytest.mark.conformance


class Migrated(NamedTuple):
    """A fixture that was migrated to a release without an action required."""

    source: Path
    path: Path
    notes: str


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def migrated(release: str, tmp_path_factory: pytest.TempPathFactory) -> list[Migrated]:
    folder = tmp_path_factory.mktemp(release)
    return list(migrate_fixtures(release, folder))


def migrate_fixtures(release: str, folder: Path) -> Iterator[Migrated]:
    """Yield the fixtures that are complete after a migration, as files of a folder."""
    for source in INPUTS:
        text = source.read_bytes().decode()
        try:
            result = migrate(text, settings_for(release, source=given_source(source)))
        except (InputError, ValueError):
            continue
        notes = [note for config in result.configs for note in config.notes]
        is_complete = all(
            note.severity != ACTION_REQUIRED and BEFORE not in note.message
            for note in notes
        )
        # what needs no edit is left to `validate`
        if result.changed and is_complete and is_run_config(result.text):
            path = folder / f"{source.parent.name}.yaml"
            path.write_text(result.text, encoding="utf-8")
            said = " ".join(note.message for note in notes)
            yield Migrated(source, path, said)


def given_source(path: Path) -> str | None:
    options = path.with_name("options.json")
    if not options.exists():
        return None
    source = json.loads(options.read_text()).get("source")
    return str(source) if source else None


def is_run_config(text: str) -> bool:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    return isinstance(data, dict) and "providers" in data


@cache
def started(release: str, files: tuple[Path, ...]) -> dict[Path, dict[str, Any]]:
    return registrations(required(release), files)


def test_a_complete_migration_starts(release: str, migrated: list[Migrated]) -> None:
    verdicts = started(release, tuple(each.path for each in migrated))
    refusals = {
        path.stem: verdict["refusal"]
        for path, verdict in verdicts.items()
        if verdict["refusal"] and path.stem not in FROM_ELSEWHERE
    }
    assert sum(verdict["loaded"] for verdict in verdicts.values()) > FEWEST
    assert refusals == {}


def test_what_was_served_is_served_or_named(
    release: str, migrated: list[Migrated]
) -> None:
    """All that a file of 0.2 registers, but for models: they have other names."""
    before = started(INLINE_RELEASE, tuple(INPUTS))
    after = started(release, tuple(each.path for each in migrated))
    lost = []
    for each in migrated:
        old, new = before[each.source], after[each.path]
        if old["refusal"] or not (old["loaded"] and new["loaded"]):
            continue
        for kind, names in old["served"].items():
            now = new["served"].get(KINDS.get(kind, kind), [])
            for name in names:
                plain = name.removeprefix("vs_")
                is_kept = plain in now or plain in each.notes
                if kind != "model" and not is_kept:
                    lost.append((each.path.stem, kind, name))
    assert lost == []


def test_models_are_served_by_the_names_of_the_facts(
    release: str, migrated: list[Migrated]
) -> None:
    verdicts = started(release, tuple(each.path for each in migrated))
    compared = 0
    for each in migrated:
        data = yaml.safe_load(each.path.read_text(encoding="utf-8"))
        models = (data.get("registered_resources") or {}).get("models") or []
        if "${" in str(models) or not verdicts[each.path]["loaded"]:
            continue
        for model in models:
            name = served_name(model, parse_release(release))
            if model.get("provider_id") not in (None, "__disabled__"):
                assert name in verdicts[each.path]["served"]["model"], each.path.stem
                compared += 1
    assert compared > 10


@pytest.mark.parametrize("version", [*RELEASES, INLINE_RELEASE])
def test_registration_rules_say_what_the_release_does(version: str) -> None:
    """An error is a refusal, and a refusal has a finding, for the files of these rules."""
    verdicts = started(version, tuple(RULE_FILES))
    wanted = parse_release(version)
    missed, wrong = [], []
    for path, verdict in verdicts.items():
        text = path.read_bytes().decode()
        # made-up values of variables are no ids of providers
        if not verdict["loaded"] or re.search(r"\$\{env\.\w+\}", text):
            continue
        findings = validate(text, Settings(Target(version, wanted, wanted))).findings
        errors = {each.rule for each in findings if each.severity == ERROR}
        name = f"{path.parent.name}/{path.name}"
        if verdict["refusal"] and not (
            errors or {f.rule for f in findings} & set(RULES)
        ):
            missed.append((name, verdict["refusal"]))
        if errors & set(RULES) and not verdict["refusal"]:
            wrong.append((name, errors))
    assert (missed, wrong) == ([], [])
