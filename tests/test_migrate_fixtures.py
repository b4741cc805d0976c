"""Whole files, before and after: every folder of `fixtures/migrate`.

`input.yaml` becomes `output.yaml`, and `output-preserve.yaml` in the other layout where that differs; an
`options.json` holds further `Settings`. Files in `refused` are refused, with the `line:message` beside them.
"""

import json
from pathlib import Path

import pytest

from stackcfg.migration import InputError, Settings, migrate

ROOT = Path(__file__).parent.parent / "fixtures" / "migrate"
CASES = sorted(path.parent for path in ROOT.glob("*/input.yaml"))
REFUSED = sorted(ROOT.glob("refused/*.yaml"))
OUTPUTS = {"consolidate": "output.yaml", "preserve": "output-preserve.yaml"}


def read(path: Path) -> str:
    return path.read_bytes().decode()


def options(case: Path) -> dict[str, object]:
    path = case / "options.json"
    return dict(json.loads(read(path))) if path.exists() else {}


def expected(case: Path, layout: str) -> str:
    path = case / OUTPUTS[layout]
    return read(path if path.exists() else case / OUTPUTS["consolidate"])


@pytest.mark.parametrize("layout", OUTPUTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_migrate(case: Path, layout: str):
    settings = Settings(**{"layout": layout, **options(case)})
    assert migrate(read(case / "input.yaml"), settings).text == expected(case, layout)


@pytest.mark.parametrize("layout", OUTPUTS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_left_to_do(case: Path, layout: str):
    text = expected(case, layout)
    result = migrate(text, Settings(**{"layout": layout, **options(case)}))
    assert result.text == text
    assert not result.changed


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_refused(path: Path):
    with pytest.raises(InputError) as error:
        migrate(read(path))
    assert f"{error.value.position.line}:{error.value.message}\n" == read(path.with_suffix(".txt"))


def test_every_fixture_is_used():
    assert CASES
    assert all((case / "output.yaml").exists() for case in CASES)
    assert all(path.with_suffix(".txt").exists() for path in REFUSED)
