"""The facts held against the releases that they were made from: described again, each must say what they say.

`STACKCFG_ALL=1` asks every known release; otherwise a few are asked, of each age one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import pytest
from facts.add_release import describe
from facts.collect_facts import collect_facts

from stackcfg.releases.versions import (
    Release,
    described_releases,
    find_row,
    format_release,
    parse_release,
    read_facts,
)
from tests.conformance.releases import required

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
RELEASES: Final = (
    tuple(map(format_release, described_releases()))
    if ALL
    else ("0.1.0", "0.1.8", "0.2.10.1", "0.3.5", "0.4.1", "0.7.3", "1.0.3", "1.5.0")
)

pytestmark = [pytest.mark.conformance, pytest.mark.parametrize("version", RELEASES)]


@cache
def collected(version: str) -> dict[str, Any]:
    """Return the facts as the installed release alone would make them."""
    required(version)
    return collect_facts(
        {version: describe(version)}, read_facts("models.json")["models"]
    )


def in_release(value: Any, version: Release) -> Any:
    """Return the facts of one release: of each list of rows the one that holds, without its span.

    What the release has not is left out; the answer is None if that is everything.
    """
    if isinstance(value, Mapping):
        found = {key: in_release(item, version) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not None} or None
    row = find_row(value, version)
    if row is None:
        return None
    return {key: item for key, item in row.items() if key not in ("since", "until")}


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two pieces of data differ, so that a failure names the fact."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif one != other:
        yield f"{path[1:]}: the release says {one!r}, the facts {other!r}"


@pytest.mark.parametrize("name", ["models.json", "providers.json", "releases.json"])
def test_the_release_says_what_the_facts_say(version: str, name: str) -> None:
    known = dict(read_facts(name))
    found = collected(version)[name]
    if name == "releases.json":
        assert version in known.pop("releases")
        del found["releases"]
    release = parse_release(version)
    said, held = in_release(found, release), in_release(known, release)
    assert list(differences(said, held)) == []
