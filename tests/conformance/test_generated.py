"""Generated configs that the real 0.2.23 takes are taken by the real 0.3.0 and 0.3.5 once they are migrated."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackcfg.migration.engine import Settings, migrate
from tests.conformance.generated_configs import Generator
from tests.conformance.releases import judgements, required

COUNT = 120
LAYOUTS = ("consolidate", "preserve")


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The generated configs, and beside each what both layouts make of it."""
    folder = tmp_path_factory.mktemp("generated")
    generator = Generator(seed=20)
    paths = []
    for number in range(COUNT):
        path = folder / f"{number:03}.yaml"
        path.write_text(generator.text())
        for layout in LAYOUTS:
            done = migrate(path.read_text(), Settings(layout=layout))
            assert not done.needs_action, path.read_text()
            path.with_suffix(f".{layout}.yaml").write_text(done.text)
        paths.append(path)
    return paths


@pytest.mark.conformance
def test_the_old_release_takes_them(configs: list[Path]) -> None:
    verdicts = judgements(required("0.2.23"), configs)
    assert [verdict for verdict in verdicts.values() if not verdict["accepted"]] == []


@pytest.mark.conformance
@pytest.mark.parametrize("version", ["0.3.0", "0.3.5"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_new_release_takes_them_whole(
    configs: list[Path], version: str, layout: str
) -> None:
    migrated = [path.with_suffix(f".{layout}.yaml") for path in configs]
    for verdict in judgements(required(version), migrated).values():
        assert verdict["accepted"], verdict
        assert (verdict["unknown_keys"], verdict["inert_keys"]) == ([], []), verdict


def test_none_is_like_another() -> None:
    generator = Generator(seed=20)
    assert len({generator.text() for _ in range(COUNT)}) == COUNT
