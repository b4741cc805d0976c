"""Every fix does what it says, on fixtures, on mutants and on collected files, for several releases.

Fixed, a text has none of the findings that it had fixes for and no finding that it had not; a second run changes
nothing, comments stay, and only lines with a fix are changed. `STACKCFG_ALL=1` takes every mutant and every file
of the corpus; without it, some.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Final

import pytest
import yaml

from stackcfg.releases.versions import described_releases, format_release
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import (
    ERROR,
    WARNING,
    Finding,
    Fix,
    Replacement,
    Span,
)
from stackcfg.validation.fix_pages import FIXES, UNSAFE_FIXES
from stackcfg.validation.fixes import Checked, apply_fixes, fix_text, keep_proved_fixes
from stackcfg.validation.rule_finding import Correction, key_of
from stackcfg.validation.settings import Settings, settings_for
from stackcfg.yamltext.lines import Position
from tests.conformance.mutations import KINDS
from tests.conformance.mutations.language import COMMENTED
from tests.support.fixing import fix_and_check
from tests.support.rule_fixtures import release_of
from tests.support.running import ROOT
from tests.support.texts import name_of, read

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
CORPUS: Final = Path(
    os.environ.get("STACKCFG_CORPUS") or ROOT.parent / "shared" / "corpus"
)
EVERY: Final = 1 if ALL else 16
"""Of the corpus, each of how many files is taken."""

EVERY_KIND: Final = 1 if ALL else 32
"""Of the kinds of mutants, each of how many is taken."""

RELEASES: Final = ("0.3.5", "0.7.3", "1.5.0")
OLDER: Final = ("0.2.23", "0.4.7", "0.6.1", "0.8.0", "1.0.4")
SEED: Final = "fixes"

VALIDATED: Final = sorted((ROOT / "fixtures" / "validate").glob("*/*.yaml"))
MIGRATED: Final = sorted((ROOT / "fixtures" / "migrate").glob("*/*/*.yaml"))
SOURCES: Final = (
    ("situations", "starter"),
    ("steps", "renames"),
    ("steps", "base-url"),
    ("steps", "tool-groups"),
)


def settings(path: Path) -> Settings:
    return settings_for(release_of(path))


@pytest.mark.parametrize("path", VALIDATED, ids=name_of)
def test_fixes_of_a_rule_fixture(path: Path) -> None:
    for unsafe in (False, True):
        wanted = settings(path)._replace(unsafe_fixes=unsafe)
        fixed = fix_and_check(read(path), wanted)
        assert fixed is None or fixed.faults == (), unsafe


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", [*VALIDATED[::EVERY], *MIGRATED[::EVERY]], ids=name_of)
def test_fixes_of_a_fixture_for_another_release(path: Path, release: str) -> None:
    fixed = fix_and_check(read(path), settings_for(release))
    assert fixed is None or fixed.faults == ()


@cache
def sources() -> tuple[dict[str, object], ...]:
    folder = ROOT / "fixtures" / "migrate"
    paths = [folder.joinpath(*each, "output.yaml") for each in SOURCES]
    return tuple(yaml.safe_load(read(path)) for path in paths)


def mutants() -> Iterator[tuple[str, str, str]]:
    """Yield the name, the text and the release of each mutant."""
    releases = (*RELEASES, *OLDER)
    cases = product(enumerate(KINDS), enumerate(sources()), enumerate(releases))
    for (number, kind), (source, config), (order, release) in cases:
        # every kind and source, and in turn every release
        if (number + source + order) % len(releases) or number % EVERY_KIND:
            continue
        mutant = kind.mutant(config, f"{SEED} {source}")
        if mutant is not None:
            text = mutant.text
            if number % 5 == 0:
                text = type(mutant)(mutant.config, style=COMMENTED).text
            yield f"{kind.name} of {source} for {release}", text, release


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_fixes_of_mutants(unsafe: bool) -> None:
    faults, applied = [], 0
    for name, text, release in mutants():
        wanted = settings_for(release)._replace(unsafe_fixes=unsafe)
        fixed = fix_and_check(text, wanted)
        if fixed is not None:
            applied += fixed.applied
            faults += [f"{name}: {fault}" for fault in fixed.faults]
    assert faults == []
    assert applied > 20
    print(f"{applied} fixes")


def corpus_files() -> list[Path]:
    rows = read(CORPUS / "manifest.jsonl").splitlines()
    return [CORPUS / json.loads(row)["path"] for row in rows]


@pytest.mark.skipif(
    not (CORPUS / "manifest.jsonl").is_file(),
    reason="no corpus: set STACKCFG_CORPUS to its folder",
)
@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("release", RELEASES)
def test_fixes_of_the_corpus(release: str, unsafe: bool) -> None:
    faults, applied = [], 0
    for path in corpus_files()[::EVERY]:
        try:
            text = path.read_bytes().decode()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        wanted = settings_for(release)._replace(unsafe_fixes=unsafe)
        fixed = fix_and_check(text, wanted)
        if fixed is not None:
            applied += fixed.applied
            faults += [f"{path.name}: {fault}" for fault in fixed.faults]
    assert faults == []
    print(f"{release}: {applied} fixes")


def finding(line: int, start: int, end: int, text: str) -> Finding:
    span = Span(Position(line, start), Position(line, end))
    fix = Fix("", (Replacement(span, text),))
    return Finding("rule", ERROR, f"at {line}", span, fix=fix)


class TestApplyFixes:
    TEXT = "\ufeffone: a\r\ntwo: b\r\n"

    def test_several(self) -> None:
        found = [finding(1, 1, 4, "first"), finding(2, 6, 7, "c")]
        assert apply_fixes(self.TEXT, found) == "\ufefffirst: a\r\ntwo: c\r\n"

    def test_the_same_twice_is_made_once(self) -> None:
        found = [finding(2, 6, 7, "c"), finding(2, 6, 7, "c")]
        assert apply_fixes(self.TEXT, found) == "\ufeffone: a\r\ntwo: c\r\n"

    def test_of_two_that_overlap_the_first_counts(self) -> None:
        found = [finding(1, 1, 4, "first"), finding(1, 2, 7, "x")]
        assert apply_fixes(self.TEXT, found) == "\ufefffirst: a\r\ntwo: b\r\n"


class TestProof:
    def test_a_fix_that_brings_another_finding_is_dropped(self) -> None:
        good, bad = finding(1, 1, 2, "g"), finding(2, 1, 2, "b")

        def check(text: str) -> Checked:
            found = [] if "g" in text else [good]
            return Checked([*found, finding(3, 1, 2, "new") if "b" in text else bad])

        proved = keep_proved_fixes("x\ny\nz\n", Checked([good, bad]), check)
        assert proved == [good, bad._replace(fix=None)]

    @pytest.mark.parametrize(
        ("severity", "entry", "is_kept"),
        [
            (WARNING, "new", True),
            (ERROR, "new", False),
            (WARNING, "other", False),
            (WARNING, "new.inside", False),
            (WARNING, "", False),
        ],
    )
    def test_what_is_read_under_a_new_key_may_be_found_if_it_is_less_serious(
        self, severity: str, entry: str, is_kept: bool
    ) -> None:
        old = finding(1, 1, 4, "new")
        assert old.fix is not None
        renamed = Correction(key_of("old"), "new")
        old = old._replace(fix=old.fix._replace(changes=(renamed,)))
        read = finding(1, 6, 7, "")._replace(
            rule="another", severity=severity, entry=entry, fix=None
        )

        def check(text: str) -> Checked:
            return Checked({"new: x\n": [read]}[text], {"": {"new": "x"}})

        before = Checked([old], {"": {"old": "x"}})
        kept = old if is_kept else old._replace(fix=None)
        assert keep_proved_fixes("old: x\n", before, check) == [kept]

    def test_a_fix_that_makes_room_for_another_is_followed_by_it(self) -> None:
        first, second = finding(1, 1, 2, "a"), finding(1, 1, 2, "b")

        def check(text: str) -> Checked:
            return Checked({"x": [first], "a": [second], "b": []}[text])

        assert fix_text("x", check) == ("b", 2)


def test_names_of_other_releases_have_no_fix_by_their_letters() -> None:
    """The starter of 1.5.0 as a file of 0.3: only what was renamed has a fix."""
    path = (
        ROOT / "fixtures" / "validate" / "unknown-key" / "bad-of-another-release.yaml"
    )
    fixes = {
        replacement.text
        for each in validate(read(path), settings_for("0.3.5")).findings
        if each.fix
        for replacement in each.fix.replacements
    }
    assert fixes == {"max_tokens"}


def test_the_pages_name_the_rules_that_have_fixes() -> None:
    """Which rules have fixes is known from their fixtures, not from what pages say."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for path in sorted((ROOT / "fixtures" / "validate").glob("*/bad*.yaml")):
        wanted = settings(path)._replace(unsafe_fixes=True)
        for finding in validate(read(path), wanted).findings:
            if finding.fix is not None:
                found[finding.fix.is_safe].add(finding.rule)
    assert found == {True: set(FIXES), False: set(UNSAFE_FIXES)}


def test_the_releases_are_known() -> None:
    known = set(map(format_release, described_releases()))
    assert known.issuperset({*RELEASES, *OLDER})
