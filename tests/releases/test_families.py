"""Release families and sets of releases in words."""

from __future__ import annotations

import pytest

from stackcfg.releases.families import (
    DEFAULT_TARGET,
    describe_releases,
    families,
    parse_target,
    release_spans,
)
from stackcfg.releases.versions import described_releases


def test_the_default_target_is_a_family() -> None:
    assert DEFAULT_TARGET in families()
    assert parse_target("0.3") == DEFAULT_TARGET


def test_a_release_is_a_target_of_its_own() -> None:
    assert parse_target("0.3.2") == ("0.3.2", (0, 3, 2), (0, 3, 2))
    assert parse_target("0.2.10.1") == ("0.2.10.1", (0, 2, 10, 1), (0, 2, 10, 1))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("v0.3", "0.3"),
        ("V0.3.5", "0.3.5"),
        (" 0.3 ", "0.3"),
        ("ogx-1.5.0", "1.5.0"),
        ("ogx-1.5", "1.5"),
        ("OGX==1.5.0", "1.5.0"),
        ("llama-stack-0.3.5", "0.3.5"),
        ("llama_stack==v0.3", "0.3"),
        ("1", "1.5"),
        ("v1", "1.5"),
        ("0", "0.8"),
        ("latest", "1.5"),
    ],
)
def test_a_release_has_several_names(text: str, name: str) -> None:
    assert parse_target(text) == parse_target(name)
    assert parse_target(text).name == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "2.0",
            "target '2.0' is not one of 0.3, 0.4; the newest known release is 0.4.7",
        ),
        (
            "0.4.2.1",
            "target '0.4.2.1' is not one of 0.3, 0.4; 0.4.2 is the last release before it",
        ),
        ("0.3.9", "target '0.3.9' is not one of 0.3, 0.4; of 0.3, 0.3.0 to 0.3.5"),
        ("newest", "target 'newest' is not one of 0.3, 0.4"),
        ("lastest", "target 'lastest' is not one of 0.3, 0.4; did you mean 'latest'?"),
        ("0.3.0rc1", "target '0.3.0rc1' is not one of 0.3, 0.4; of 0.3, 0.3.0 to"),
    ],
)
def test_an_unknown_target_is_explained(text: str, message: str) -> None:
    among = [family for family in families() if family.name in ("0.3", "0.4")]
    with pytest.raises(ValueError, match="is not one of") as error:
        parse_target(text, among)
    assert str(error.value).startswith(message)


def test_a_release_of_four_numbers_belongs_to_its_family() -> None:
    family = parse_target("0.2")
    assert (family.first, family.last) == ((0, 2, 0), (0, 2, 24))
    releases = frozenset({(0, 2, 10), (0, 2, 10, 1), (0, 2, 11)})
    assert describe_releases(releases) == "0.2.10 to 0.2.11"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ((0, 0), (9, 9), "any release"),
        ((0, 3, 0), (9, 9), "0.3.0 or later"),
        ((0, 0), (0, 2, 24), "0.2.24 or earlier"),
        ((0, 2, 8), (0, 2, 24), "0.2.8 to 0.2.24"),
        ((0, 3, 2), (0, 3, 2), "0.3.2"),
        ((8, 0), (9, 0), ""),
    ],
)
def test_a_set_of_releases_is_described(
    first: tuple[int, ...], last: tuple[int, ...], words: str
) -> None:
    releases = [each for each in described_releases() if first <= each <= last]
    assert describe_releases(frozenset(releases)) == words


def test_runs_of_releases_are_told_apart() -> None:
    releases = frozenset({(0, 3, 0), (0, 3, 1), (0, 3, 4), (0, 3, 5)})
    assert release_spans(releases) == (((0, 3, 0), (0, 3, 1)), ((0, 3, 4), (0, 3, 5)))
    assert describe_releases(releases) == "0.3.0 to 0.3.1, 0.3.4 to 0.3.5"
