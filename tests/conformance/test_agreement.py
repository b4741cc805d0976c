"""`validate` held against the real releases: the same faults, put into real configs, judged by both.

Every kind of `mutations` is tried on some of the run configs that a release ships and on our own migrated fixtures; the
release says what it makes of each, and then `validate` must have

* an error at the place of the fault, where the release refuses the file;
* an error or a warning at its place, for a key that the release drops and for an API that has no provider;
* an error at its place, where the release takes the file and starts without the authentication that it sets up;
* no error, where the release takes the file whole.

Only what the file did not give rise to before the fault counts. `STACKCFG_ALL=1` tries every kind on every
config, and more releases; `-s` shows the tables.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
import yaml

from stackcfg.loading.errors import InputError
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.settings import Settings, settings_for
from tests.conformance.behind_the_loader import is_behind_loader
from tests.conformance.mutations import KINDS
from tests.conformance.mutations.language import (
    DROPPED,
    REFUSED,
    UNMET,
    WHOLE,
    Config,
    Kind,
    Mutant,
    written,
)
from tests.conformance.mutations.language import Path as Place
from tests.conformance.releases import judgements, required, shipped_configs

pytestmark = pytest.mark.conformance

FIXTURES: Final = Path(__file__).resolve().parents[2] / "fixtures" / "migrate"
ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
MEASURED: Final = ("0.3.0", "0.3.5")
"""The releases whose verdict on each kind was written down."""

LATER: Final = (
    ("0.4.5", "0.5.2", "0.6.1", "0.7.3", "0.8.0", "1.0.4", "1.5.0")
    if ALL
    else ("0.7.3", "1.5.0")
)
RELEASES: Final = (*MEASURED, *LATER)
SEED: Final = "agreement"
SOURCES_PER_KIND: Final = 2
"""On how many configs a kind is tried, unless all are asked for."""

AT_ONCE: Final = 1000
"""How many files one judge gets."""

FOUND, QUIET = "found", "quiet"
CRASHED, SILENT, MILD, MISPLACED, FALSE_ALARM = (
    "crashed",
    "silent",
    "too mild",
    "misplaced",
    "false alarm",
)
RIGHT: Final = (FOUND, QUIET)
OPEN: Final = "open"
GRAVE: Final = (REFUSED, OPEN)
"""What takes an error; a warning is enough for the rest."""

AT_TIMES: Final = (
    "unset-variable",
    "unknown-provider",
    "unknown-shield",
    "unknown-model",
)
"""Rules that warn of what is refused in one state of a variable only."""
LOST: Final = ("unknown_keys", "inert_keys")

EXCEPTIONS: Final[Mapping[str, str]] = {}
"""Kinds on which `validate` and the release do not agree, and why that is right."""

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A run config that a release accepts."""

    name: str
    config: Config
    verdict: Verdict


@dataclass(frozen=True)
class Finding:
    """A finding, by what it says and where: at its own lines and at those of what it is related to."""

    severity: str
    words: str
    lines: frozenset[int]
    place: tuple[str, Place | None] = ("", None)
    """Its rule, and the entry that begins on its line."""


@dataclass(frozen=True)
class Case:
    """A mutant of a source, with what the release and `validate` make of it."""

    release: str
    kind: Kind
    source: Source
    mutant: Mutant
    text: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    """Those that the source does not give rise to in these words."""

    known: frozenset[tuple[str, Place | None]]
    """Where the source has findings, in whatever words, and of which rules."""

    @property
    def judged(self) -> str:
        """The release's verdict in a word, about what is new."""
        if not self.verdict["accepted"]:
            return REFUSED
        if self.verdict["open"] and not self.source.verdict["open"]:
            return OPEN
        if self.lost:
            return DROPPED
        return UNMET if self.unmet else WHOLE

    @property
    def lost(self) -> list[str]:
        """The keys that the release drops and did not before, wherever in a list they stood."""
        before = Counter(
            _anywhere(key) for name in LOST for key in self.source.verdict[name]
        )
        result = []
        for key in (key for name in LOST for key in self.verdict[name]):
            if not before[_anywhere(key)]:
                result.append(key)
            before[_anywhere(key)] -= 1
        return result

    @property
    def unmet(self) -> list[Place]:
        """Where an API is asked for that has no provider, and was not before."""
        before = Counter(each["problem"] for each in self.source.verdict["unmet"])
        result = []
        for each in self.verdict["unmet"]:
            if not before[each["problem"]]:
                result.append(tuple(each["path"]))
            before[each["problem"]] -= 1
        return result

    @property
    def gone(self) -> list[str]:
        """The APIs with providers that the release does not have."""
        return [
            api
            for error in self.verdict["errors"]
            for api in re.findall(r"API '(\w+)' does not exist", error)
        ]

    @property
    def astray(self) -> list[Place]:
        """The references of providers that the release says lead nowhere: what they led to went with the fault."""
        result: list[Place] = []
        for error in self.verdict["errors"]:
            for api, owner, field in re.findall(
                r"^reference: (\w+)/(.+?) \(.*?\)\.([\w.]+): ", error
            ):
                for index, each in enumerate(self.mutant.config["providers"][api]):
                    if owner in str(
                        each.get("provider_id")
                    ):  # which can be within a variable
                        result.append(
                            ("providers", api, index, "config", *field.split("."))
                        )
        return result

    @property
    def unserved(self) -> list[Place]:
        """The resources of which the release says that nobody serves one: their provider went with the fault."""
        complaints = [
            error for error in self.verdict["errors"] if error.startswith("resources: ")
        ]
        result: list[Place] = (
            [("vector_stores",)]
            if any(" Model '" in each for each in complaints)
            else []
        )
        section = self.mutant.config.get("registered_resources")
        for name, entries in (
            section.items() if complaints and isinstance(section, dict) else ()
        ):
            result += [
                ("registered_resources", name, index)
                for index in range(len(entries or ()))
            ]
        return result

    @cached_property
    def outcome(self) -> str:
        """How `validate` did."""
        errors = [each for each in self.findings if each.severity == ERROR]
        if any(each.severity == CRASHED for each in self.findings):
            return CRASHED
        if self.judged == WHOLE:
            alarms = [each for each in errors if each.place not in self.known]
            if all(is_behind_loader(each.words) for each in alarms):
                return QUIET
            return FALSE_ALARM
        grave = [each for each in self.findings if each.severity in (ERROR, WARNING)]
        if not grave:
            return SILENT
        # what is refused only while a variable is unset is a warning: whoever sets it has no fault in the file
        refusals = [
            each
            for each in grave
            if each.severity == ERROR or each.place[0] in AT_TIMES
        ]
        if self.judged in GRAVE and not refusals:
            return MILD
        fitting = refusals if self.judged in GRAVE else grave
        return (
            FOUND
            if any(each.lines & self.right_lines for each in fitting)
            else MISPLACED
        )

    @cached_property
    def right_lines(self) -> frozenset[int]:
        """The lines at which a finding is of use."""
        lines = Lines(self.text, self.mutant.config)
        entries = [
            *self.mutant.entries,
            *self.unmet,
            *(_place(key) for key in self.lost),
            *self.astray,
            *self.unserved,
        ]
        holders = [*self.mutant.holders, *(("providers", api) for api in self.gone)]
        return frozenset(
            {line for path in entries for line in lines.entry(path)}
            | {lines.key(path) for path in holders}
        )

    @property
    def story(self) -> str:
        """The case in a few lines."""
        lines = self.text.splitlines()
        around = [
            f"    {number}: {lines[number - 1]}"
            for number in sorted(self.right_lines)[:6]
        ]
        says = [
            f"  {each.severity} at {sorted(each.lines)}: {each.words}"
            for each in self.findings[:4]
        ]
        verdict = [*self.verdict["errors"], *self.lost, *map(str, self.unmet)][:3]
        head = f"{self.kind.name} in {self.source.name} ({self.release}): {self.judged}, {self.outcome}"
        return "\n".join(
            [
                head,
                *around,
                *(f"  release: {each}"[:300] for each in verdict),
                *(says or ["  no findings"]),
            ]
        )


class Lines:
    """The positions of the entries of a config in its text."""

    def __init__(self, text: str, config: Config) -> None:
        self.spans: dict[Place, tuple[int, int]] = {}
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        self._walk(root, config, (), root.start_mark.line + 1)

    def _walk(self, node: yaml.Node, data: Any, path: Place, first: int) -> int:
        last = max(first, node.end_mark.line + (node.end_mark.column > 0))
        if isinstance(node, yaml.MappingNode):
            parts = [
                self._walk(value, data[key], (*path, key), name.start_mark.line + 1)
                for (name, value), key in zip(node.value, data, strict=True)
            ]
            last = max([first, *parts]) if not node.flow_style else last
        elif isinstance(node, yaml.SequenceNode):
            parts = [
                self._walk(item, data[index], (*path, index), item.start_mark.line + 1)
                for index, item in enumerate(node.value)
            ]
            last = max([first, *parts]) if not node.flow_style else last
        self.spans[path] = first, last
        return last

    def at(self, line: int) -> Place | None:
        """The entry that begins on a line; the outermost of several."""
        return min(
            (path for path, (first, _) in self.spans.items() if first == line),
            key=len,
            default=None,
        )

    def key(self, path: Place) -> int:
        """The line of a key or of the beginning of an item; of what holds it, where it is not there."""
        while path not in self.spans:
            path = path[:-1]
        return self.spans[path][0]

    def entry(self, path: Place) -> range:
        """The lines of a key and its value; that of the holder's key alone, where it is not there."""
        if path not in self.spans:
            return range(self.key(path), self.key(path) + 1)
        first, last = self.spans[path]
        return range(first, last + 1)


def _anywhere(key: str) -> str:
    """A judge's path without its indexes."""
    return re.sub(r"\[\d+\]", "[]", key)


def _place(key: str) -> Place:
    """A judge's `providers.agents[0].config.x` as a path; a key that holds a dot leads to what holds it."""
    steps = key.replace("[", ".[").split(".")
    return tuple(
        int(step[1:-1]) if step.startswith("[") and step[1:-1].isdigit() else step
        for step in steps
    )


def _configs(python: Path) -> Iterator[tuple[str, Config]]:
    """The run configs that can be sources, by name."""
    yield from (
        (name, yaml.safe_load(path.read_text("utf-8")))
        for name, path in shipped_configs(python).items()
    )
    for path in sorted(FIXTURES.glob("*/*/output.yaml")):
        if path.with_name("options.json").exists() and "target" in path.with_name(
            "options.json"
        ).read_text("utf-8"):
            continue  # for another release
        try:
            config = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError:
            continue
        # without its catalog, one with old stores beside it is for another release
        if isinstance(config, dict) and "metadata_store" not in config:
            yield f"fixture {path.parent.name}", config


def _sources(python: Path, folder: Path) -> list[Source]:
    """Those that the release accepts."""
    configs = dict(_configs(python))
    texts = {name: written(config) for name, config in configs.items()}
    verdicts = _verdicts(python, texts, folder / "sources")
    return [
        Source(name, configs[name], verdict)
        for name, verdict in verdicts.items()
        if verdict["accepted"]
    ]


def _verdicts(
    python: Path, texts: Mapping[Any, str], folder: Path
) -> dict[Any, Verdict]:
    """What the release says of each text."""
    folder.mkdir(parents=True)
    paths = {key: folder / f"{number}.yaml" for number, key in enumerate(texts)}
    for key, path in paths.items():
        path.write_text(texts[key], encoding="utf-8")
    files = list(paths.values())
    parts = [files[start : start + AT_ONCE] for start in range(0, len(files), AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found: dict[Path, Verdict] = {}
        for part in pool.map(lambda each: judgements(python, each), parts):
            found.update(part)
    return {key: found[path] for key, path in paths.items()}


def _mutants(kind: Kind, sources: Iterable[Source]) -> Iterator[tuple[Source, Mutant]]:
    """Mutants of one kind: of every source, or of the first few in an order that the kind draws."""
    order = list(sources)
    Random(f"{SEED} {kind.name}").shuffle(order)
    count = 0
    for source in order:
        mutant = kind.mutant(source.config, f"{SEED} {source.name}")
        if mutant is not None:
            yield source, mutant
            count += 1
        if count == SOURCES_PER_KIND and not ALL:
            return


def _findings(text: str, config: Config, settings: Settings) -> Counter[Finding]:
    """The findings of `validate`; a file that it cannot read is an error as well."""
    try:
        findings = validate(text, settings).findings
    except InputError as error:
        return Counter([Finding(ERROR, str(error), frozenset([error.position.line]))])
    except Exception as error:  # one crash must not hide what became of the others
        return Counter(
            [Finding(CRASHED, f"{type(error).__name__}: {error}", frozenset([0]))]
        )
    lines = Lines(text, config)
    return Counter(
        Finding(
            each.severity,
            f"{each.rule}: {each.message}",
            frozenset(
                [
                    each.span.start.line,
                    *(other.span.start.line for other in each.related),
                ]
            ),
            (each.rule, lines.at(each.span.start.line)),
        )
        for each in findings
    )


def _cases(release: str, folder: Path) -> list[Case]:
    """Every mutant of a release, judged by both."""
    python, settings = required(release), settings_for(target=release)
    sources = _sources(python, folder)
    known = {
        source.name: _findings(written(source.config), source.config, settings)
        for source in sources
    }
    drawn = [
        (kind, source, mutant)
        for kind in KINDS
        for source, mutant in _mutants(kind, sources)
    ]
    texts = {number: mutant.text for number, (_, _, mutant) in enumerate(drawn)}
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(_verdicts, python, texts, folder / "mutants")
        found = [
            _findings(texts[number], mutant.config, settings)
            for number, (_, _, mutant) in enumerate(drawn)
        ]
        verdicts = asked.result()
    result = []
    for number, (kind, source, mutant) in enumerate(drawn):
        before = known[source.name]
        places = frozenset(finding.place for finding in before)
        findings = _new(found[number], _words(before))
        result.append(
            Case(
                release,
                kind,
                source,
                mutant,
                texts[number],
                verdicts[number],
                findings,
                places,
            )
        )
    return result


def _words(findings: Counter[Finding]) -> Counter[tuple[str, str]]:
    """The findings without their lines, which move."""
    counter: Counter[tuple[str, str]] = Counter()
    for finding, count in findings.items():
        counter[finding.severity, finding.words] += count
    return counter


def _new(
    findings: Counter[Finding], known: Counter[tuple[str, str]]
) -> tuple[Finding, ...]:
    """The findings that were not known; of several that say the same, the last ones."""
    left, result = known.copy(), []
    for finding in sorted(findings.elements(), key=lambda each: min(each.lines)):
        if left[finding.severity, finding.words]:
            left[finding.severity, finding.words] -= 1
        else:
            result.append(finding)
    return tuple(result)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """Every case of every release, and the table."""
    found = [
        case
        for release in RELEASES
        for case in _cases(release, tmp_path_factory.mktemp(f"agreement-{release}"))
    ]
    print("\n" + _table(found))
    return found


def _table(cases: list[Case]) -> str:
    """What became of each kind, those that are not right first, and the two rates."""
    by_kind: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_kind[case.kind.name].append(case)
    rows = [f"{'kind':60}{'judged':32}outcome"]
    for name, group in sorted(
        by_kind.items(),
        key=lambda each: (all(c.outcome in RIGHT for c in each[1]), each[0]),
    ):
        rows.append(
            f"{name:60}{_counted(case.judged for case in group):32}{_counted(case.outcome for case in group)}"
        )
    faults = [case for case in cases if case.judged != WHOLE]
    rows.append(
        _rate(
            "faults found, at their place", [case.outcome == FOUND for case in faults]
        )
    )
    whole = [case for case in cases if case.judged == WHOLE]
    rows.append(_rate("false alarms", [case.outcome != QUIET for case in whole]))
    rows.append(
        _rate(
            "warnings on what is taken whole",
            [any(f.severity == WARNING for f in c.findings) for c in whole],
        )
    )
    return "\n".join(rows)


def _counted(words: Iterable[str]) -> str:
    return ", ".join(
        f"{count} {word}" for word, count in sorted(Counter(words).items())
    )


def _rate(name: str, hits: list[bool]) -> str:
    return f"{name}: {sum(hits)} of {len(hits)} ({sum(hits) / max(1, len(hits)):.2%})"


def _told(cases: Iterable[Case]) -> str:
    """A case of each kind, in full."""
    first = {case.kind.name: case for case in cases}
    return "\n".join(case.story for case in first.values())


@pytest.mark.parametrize("release", RELEASES)
def test_sources_are_judged_alike(release: str, tmp_path: Path) -> None:
    """Nothing is wrong with what is taken whole, and what a source lacks from the beginning is found."""
    settings = settings_for(target=release)
    sources = _sources(required(release), tmp_path)
    assert len(sources) >= 15
    for source in sources:
        verdict, findings = (
            source.verdict,
            _findings(written(source.config), source.config, settings),
        )
        dropped = verdict["unknown_keys"] + verdict["inert_keys"]
        unmet = {tuple(each["path"]) for each in verdict["unmet"]}
        severities = Counter(finding.severity for finding in findings.elements())
        if not dropped and not unmet:
            assert severities[ERROR] == 0, (source.name, findings)
        assert severities[ERROR] + severities[WARNING] >= len(dropped) + len(unmet), (
            source.name,
            dropped,
            unmet,
            findings,
        )


def test_every_kind_does_what_it_says(cases: list[Case]) -> None:
    """Each kind is tried, and the releases say of it what was measured."""
    assert {case.kind.name for case in cases} == {kind.name for kind in KINDS}
    measured = [case for case in cases if case.release in MEASURED]
    odd = [
        case
        for case in measured
        if case.kind.expects(case.release)
        and case.judged not in case.kind.expects(case.release)
    ]
    assert not odd, _told(odd)


def test_every_fault_is_found_at_its_place(cases: list[Case]) -> None:
    """All that is refused, dropped or unmet, but for the exceptions."""
    missed = [case for case in cases if case.judged != WHOLE and case.outcome != FOUND]
    missed = [case for case in missed if case.kind.name not in EXCEPTIONS]
    assert not missed, f"{_counted(case.outcome for case in missed)}\n{_told(missed)}"


def test_nothing_is_wrong_with_what_is_taken_whole(cases: list[Case]) -> None:
    """No error, but for the exceptions."""
    alarms = [case for case in cases if case.judged == WHOLE and case.outcome != QUIET]
    alarms = [case for case in alarms if case.kind.name not in EXCEPTIONS]
    assert not alarms, _told(alarms)


def test_exceptions_are_still_needed(cases: list[Case]) -> None:
    """A kind that has come to agree is no exception any more."""
    differing = {case.kind.name for case in cases if case.outcome not in RIGHT}
    assert set(EXCEPTIONS) <= differing
    assert all(EXCEPTIONS.values())
