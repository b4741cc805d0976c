"""The facts held against the releases that they were made from: described again, each must say what they say."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import pytest
from facts.collect_facts import (
    collect_models,
    collect_names,
    collect_providers,
    collect_routers,
)

from stackcfg.releases.versions import (
    Release,
    find_row,
    nearest_described,
    parse_release,
    read_facts,
)
from tests.conformance.releases import required
from tests.support.running import ROOT

DESCRIBE: Final = ROOT / ".ci" / "facts" / "describe_release.py"
RELEASES: Final = ("0.3.0", "0.3.5")
SECONDS: Final = 300

pytestmark = [pytest.mark.conformance, pytest.mark.parametrize("version", RELEASES)]


@cache
def described(version: str) -> dict[str, Any]:
    """What the installed release says of itself."""
    command = [str(required(version)), str(DESCRIBE)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def in_release(value: Any, version: Release) -> Any:
    """The facts as they hold in one release: each list of rows is the row that holds, without its span."""
    if isinstance(value, Mapping):
        found = {key: in_release(item, version) for key, item in value.items()}
        return {
            key: item
            for key, item in found.items()
            if item is not None and item != {"fields": {}}
        }
    row = find_row(value, version)
    return (
        None
        if row is None
        else {key: item for key, item in row.items() if key not in ("since", "until")}
    )


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two pieces of data differ, so that a failure names the fact."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif one != other:
        yield f"{path[1:]}: the release says {one!r}, the facts {other!r}"


def held(facts: Any, version: str) -> Any:
    """The shipped facts for a release, without the models that it has not."""
    return in_release(facts, parse_release(version))


def test_config_models(version: str) -> None:
    found = held(collect_models({version: described(version)}, [version]), version)
    known = {
        name: facts
        for name, facts in read_facts("models.json")["models"].items()
        if _is_in(facts, version)
    }
    assert not list(differences(_whole(found), _whole(held(known, version))))
    assert len(found) > 50


def _is_in(facts: Mapping[str, Any], version: str) -> bool:
    return find_row(facts["present"], parse_release(version)) is not None


def _whole(found: Mapping[str, Any]) -> dict[str, Any]:
    """Models without the parts that are empty in this release: `checks` of which none is left."""
    return {
        name: {key: item for key, item in model.items() if item}
        for name, model in found.items()
    }


def test_the_model_of_a_whole_config(version: str) -> None:
    name = described(version)["root"].rpartition(".")[2]
    assert held(read_facts("models.json")["root"], version) == {"model": name}


def test_providers(version: str) -> None:
    found = held(collect_providers({version: described(version)}, [version]), version)
    assert not list(
        differences(found, held(read_facts("providers.json")["providers"], version))
    )


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("apis", "apis"),
        ("registered", "resources"),
        ("skipped_without", "resource_ids"),
    ],
)
def test_names(version: str, fact: str, said: str) -> None:
    found = held(collect_names({version: described(version)}, [version], said), version)
    assert found == held(read_facts("releases.json")[fact], version)


def test_routed_apis(version: str) -> None:
    found = held(collect_routers({version: described(version)}, [version]), version)
    assert found == held(read_facts("releases.json")["routed"], version)


def test_the_release_was_described(version: str) -> None:
    """Else the facts of another release would be used for it."""
    assert nearest_described(parse_release(version)) == parse_release(version)
