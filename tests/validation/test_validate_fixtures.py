"""Every rule on whole files: the folders of `fixtures/validate`, one for each rule.

`bad-NAME.yaml` gets exactly the findings that `bad-NAME.expected` lists:

    line:column-line:column severity message      a finding; its end is after its last character
      related line:column-line:column message     a related location
      fix: text                                   the new text, one row for each replacement
      unsafe fix 1:2-3:4: text                    the same of a fix that is not safe, with what it replaces
    also rule line                                an unavoidable finding of another rule

`good-NAME.yaml` is a similar file without findings. An `options.json` names another release than the
default target, for the folder (`release`) or for single files (their names).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackcfg.releases.families import Target
from stackcfg.releases.versions import parse_release
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import Finding, Fix, Replacement, Span
from stackcfg.validation.known_rules import rule_infos
from stackcfg.validation.settings import Settings, settings_for
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.lines import Position
from tests.support.expected import compare_with_file
from tests.support.running import ROOT
from tests.support.texts import name_of, read

FOLDER = ROOT / "fixtures" / "validate"
BAD = sorted(FOLDER.glob("*/bad-*.yaml"))
GOOD = sorted(FOLDER.glob("*/good-*.yaml"))
BOM = "\ufeff"

ELSEWHERE = {"schema"}
"""Rules that need more than a file; other tests check them."""


def settings(file: Path) -> Settings:
    path = file.with_name("options.json")
    releases = json.loads(read(path)) if path.exists() else {}
    version = releases.get(file.name, releases.get("release"))
    if version is None:
        return settings_for("0.3")
    return Settings(Target(version, parse_release(version), parse_release(version)))


def found_in(path: Path, text: str = "") -> tuple[Finding, ...]:
    wanted = settings(path)._replace(unsafe_fixes=True)
    return validate(text or read(path), wanted).findings


def place(span: Span) -> str:
    return f"{span.start.line}:{span.start.column}-{span.end.line}:{span.end.column}"


def describe_fix(fix: Fix) -> Iterator[str]:
    for each in fix.replacements:
        if fix.is_safe:
            yield f"  fix: {each.text}"
        else:
            yield f"  unsafe fix {place(each.span)}: {each.text!r}"


def listed(rule: str, findings: tuple[Finding, ...]) -> Iterator[str]:
    for each in findings:
        if each.rule == rule:
            yield f"{place(each.span)} {each.severity} {each.message}"
            yield from (
                f"  related {place(related.span)} {related.message}"
                for related in each.related
            )
            if each.fix is not None:
                yield from describe_fix(each.fix)
    others = [
        (each.span.start.line, each.rule) for each in findings if each.rule != rule
    ]
    yield from (f"also {name} {line}" for line, name in sorted(others))


def offset(text: str, position: Position) -> int:
    lines = text.removeprefix(BOM).splitlines(keepends=True)
    return (
        text.startswith(BOM)
        + sum(map(len, lines[: position.line - 1]))
        + position.column
        - 1
    )


def apply_fix(text: str, replacements: tuple[Replacement, ...]) -> str:
    edits = (
        Edit(offset(text, each.span.start), offset(text, each.span.end), (each.text,))
        for each in replacements
    )
    return apply_edits(text, edits)


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_a_bad_file_gets_the_expected_findings(path: Path):
    """They are at words of the file, say one plain line each, and their fixes end them."""
    text, found = read(path), found_in(path)
    said = "".join(f"{line}\n" for line in listed(path.parent.name, found))
    compare_with_file(said, path.with_suffix(".expected"))
    check_places(text, found)
    check_words(found)
    check_fixes(path, text, found)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_good_file_gets_no_finding(path: Path):
    """What other rules find in it is at words of the file."""
    found = found_in(path)
    assert list(listed(path.parent.name, found)) == []
    check_places(read(path), found)


def check_places(text: str, found: tuple[Finding, ...]) -> None:
    lines = text.removeprefix(BOM).splitlines()
    for each in found:
        for span in (each.span, *(related.span for related in each.related)):
            assert span.start.line == span.end.line, "one line is enough to show"
            underlined = lines[span.start.line - 1][
                span.start.column - 1 : span.end.column - 1
            ]
            assert underlined, f"{each.rule} underlines nothing"
            assert underlined == underlined.strip(), (
                f"{each.rule} underlines '{underlined}'"
            )


def check_words(found: tuple[Finding, ...]) -> None:
    for each in found:
        words = (
            each.message,
            each.help,
            *(related.message for related in each.related),
        )
        assert all(word == word.strip() and "\n" not in word for word in words)
        assert "None" not in each.message
        assert each.message
        if each.rule not in (
            "invalid-value",
            "unused-ignore",
        ):  # the message itself says what to write
            assert each.help
        assert each.message[-1] not in ".!"


def check_fixes(path: Path, text: str, found: tuple[Finding, ...]) -> None:
    before = Counter((each.rule, each.message) for each in found)
    for each in found:
        if each.fix is not None:
            after = Counter(
                (left.rule, left.message)
                for left in found_in(path, apply_fix(text, each.fix.replacements))
            )
            # one fix can be that of several findings
            assert after[each.rule, each.message] < before[each.rule, each.message]


def test_every_rule_has_a_folder():
    rules = {info.id for info in rule_infos()} - ELSEWHERE
    assert {path.name for path in FOLDER.iterdir()} == rules


@pytest.mark.parametrize(
    "folder", sorted(FOLDER.iterdir()), ids=lambda folder: folder.name
)
def test_every_folder_has_a_bad_and_a_good_file(folder: Path):
    assert list(folder.glob("bad-*.yaml"))
    assert list(folder.glob("good-*.yaml"))


def test_no_other_files_are_in_the_folders():
    known = {
        *BAD,
        *GOOD,
        *(path.with_suffix(".expected") for path in BAD),
        *FOLDER.glob("*/options.json"),
    }
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == known


def test_every_bad_file_expects_a_finding():
    assert all(path.with_suffix(".expected").read_text().strip() for path in BAD)
