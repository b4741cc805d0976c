"""Without a target: the files that a release ships are judged and left as that release would have it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

import pytest

from stackcfg.migration import engine as migration
from stackcfg.releases.families import parse_target
from stackcfg.releases.versions import format_release
from stackcfg.validation import engine
from stackcfg.validation.findings import ERROR
from stackcfg.validation.settings import settings_for
from tests.conformance.releases import required, shipped_configs

pytestmark = pytest.mark.conformance

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
FEW: Final = ("0.1.9", "0.2.23", "0.3.5", "0.7.3", "1.5.0")
MORE: Final = ("0.3.0", "0.4.5", "0.5.2", "1.0.4")
RELEASES: Final = (*FEW, *MORE) if ALL else FEW


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def shipped(release: str) -> Iterator[tuple[str, str]]:
    for name, path in shipped_configs(required(release)).items():
        yield name, path.read_text(encoding="utf-8")


def errors(text: str, release: str | None) -> set[tuple[str, str]]:
    """The errors as rule and message, without the number of the release that judges."""
    found = engine.validate(text, settings_for(release))
    judge = format_release(found.targets[0].last)
    return {
        (each.rule, each.message.replace(judge, "it"))
        for each in found.findings
        if each.severity == ERROR
    }


def test_no_error_that_the_own_release_does_not_have(release: str) -> None:
    asked = 0
    for name, text in shipped(release):
        asked += 1
        assert errors(text, None) <= errors(text, release), name
    assert asked > 4


def test_only_files_before_the_catalog_are_migrated(release: str) -> None:
    is_old = parse_target(release).last < (0, 3, 0)
    for name, text in shipped(release):
        done = migration.migrate(text)
        assert done.changed == is_old, name
        if is_old:
            assert done.target.name == "0.3", name
