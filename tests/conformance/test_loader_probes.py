"""`validate` held against verdicts that were measured before: small configs, each with one old or odd form.

The file of probes is no part of this project. It is looked for at `STACKCFG_PROBES`, or beside the checkout; without it
the tests are skipped. Each probe holds a config and what each of several releases made of it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stackcfg.loading.errors import InputError
from stackcfg.releases.families import Target
from stackcfg.releases.versions import format_release, parse_release
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.settings import Settings
from tests.conformance.behind_the_loader import is_behind_loader

BESIDE: Final = (
    Path(__file__).parents[3] / "shared" / "reference" / "loader-probes.json"
)
PROBES: Final = Path(os.environ.get("STACKCFG_PROBES") or BESIDE)
EXPECTED: Final = 171
RELEASES: Final = (
    "0.2.23",
    "0.3.0",
    "0.3.5",
    "0.4.5",
    "0.5.2",
    "0.6.1",
    "0.7.3",
    "0.8.0",
    "1.0.4",
    "1.5.0",
)

NO_MATTER_OF_THE_CONFIG: Final[Mapping[str, str]] = {
    "11-ext-module-missing": "The package of an external provider was missing where this was measured."
}
"""What a release refuses and `validate` does not, and why that is right."""

pytestmark = pytest.mark.skipif(
    not PROBES.is_file(), reason="no probes: set STACKCFG_PROBES to their file"
)


@dataclass(frozen=True)
class Probe:
    """A config, and what a release makes of it."""

    name: str
    release: tuple[int, ...]
    text: str
    result: Mapping[str, Any]

    @property
    def dropped(self) -> list[str]:
        """The keys that the release takes and does not use."""
        return [
            *self.result.get("unknown_keys", ()),
            *self.result.get("inert_keys", ()),
        ]

    @property
    def unnamed(self) -> list[str]:
        """Those of the dropped keys that no finding names, nor the entry that holds them."""
        words = [
            text for severity, text in self.findings if severity in (ERROR, WARNING)
        ]
        return [
            key
            for key in self.dropped
            if not any(f"'{name}'" in text for name in _names(key) for text in words)
        ]

    @cached_property
    def findings(self) -> list[tuple[str, str]]:
        """What `validate` finds, each with its severity."""
        try:
            found = validate(
                self.text,
                Settings(
                    Target(format_release(self.release), self.release, self.release)
                ),
            ).findings
        except InputError as error:
            return [(ERROR, str(error))]
        return [(each.severity, each.message) for each in found]

    def is_about_dropped(self, words: str) -> bool:
        """Whether a message names a dropped key, or the entry that holds it."""
        return any(f"'{name}'" in words for key in self.dropped for name in _names(key))

    @property
    def severities(self) -> Counter[str]:
        """How many findings of each severity there are."""
        return Counter(severity for severity, _ in self.findings)


def _names(key: str) -> list[str]:
    """The last two names of a path."""
    return [name.split("[")[0] for name in key.split(".")[-2:]]


@cache
def _content() -> dict[str, Any]:
    return dict(json.loads(Path(PROBES).read_text(encoding="utf-8")))


def _number(name: str) -> str:
    """The release number of `llama-stack 0.3.0` or `ogx 1.5.0`."""
    return name.rpartition(" ")[2]


@cache
def _probes() -> tuple[Probe, ...]:
    return tuple(
        Probe(
            name,
            parse_release(_number(each)),
            yaml.safe_dump(probe["config"], sort_keys=False),
            result,
        )
        for name, probe in _content()["probes"].items()
        for result in probe["results"]
        for each in result["releases"]
    )


def _told(probes: list[Probe]) -> str:
    return "\n".join(
        f"{each.name} ({format_release(each.release)}): {dict(each.result)}, found {each.findings}"
        for each in probes
    )


def test_every_probe_is_asked() -> None:
    """The file is the one that is meant, and every release judged every probe."""
    assert tuple(map(_number, _content()["releases"])) == RELEASES
    assert len(_content()["probes"]) == EXPECTED
    assert len(_probes()) == EXPECTED * len(RELEASES)


def test_what_is_refused_is_an_error() -> None:
    missed = [
        each
        for each in _probes()
        if not each.result["accepted"] and not each.severities[ERROR]
    ]
    assert {each.name for each in missed} == set(NO_MATTER_OF_THE_CONFIG), _told(missed)


def test_what_is_dropped_is_named_by_a_warning_at_least() -> None:
    missed = [each for each in _probes() if each.unnamed]
    assert not missed, _told(missed)


def test_what_would_not_start_is_a_warning_at_least() -> None:
    """The models take it, and a required API has no provider."""
    missed = [
        each
        for each in _probes()
        if not each.result["would_start"]
        and not each.severities[ERROR] + each.severities[WARNING]
        if each.name not in NO_MATTER_OF_THE_CONFIG
    ]
    assert not missed, _told(missed)


def test_nothing_is_wrong_with_what_is_taken() -> None:
    """Where the release takes the file and would start, an error can only be about a key that is dropped."""
    alarms = [
        each
        for each in _probes()
        if each.result["accepted"] and each.result["would_start"]
        if any(
            severity == ERROR
            and not is_behind_loader(text)
            and not each.is_about_dropped(text)
            for severity, text in each.findings
        )
    ]
    assert not alarms, _told(alarms)
