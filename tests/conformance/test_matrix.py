"""Every run config that the releases ship, migrated to every later release and judged by it.

For each file, target and layout the aim is: the target accepts what comes out; it drops no key that holds a value, but
for those that the file's own release dropped already; and what has no successor is named, and makes the migration one
in part. `-s` shows the matrix:

    12 = 8 + 4 + 0      of 12 files 8 are accepted and clean, 4 are accepted and in part, 0 are neither

`STACKCFG_ALL=1 python -m pytest tests/test_matrix.py -s` asks about every release below; otherwise a part of them is
asked, and of the files each second one.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.migration.engine import (
    InputError,
    NotRunConfigError,
    ProofError,
    migrate,
    settings_for,
)
from stackcfg.migration.result import MigrationResult
from stackcfg.releases.families import DEFAULT_TARGET, families
from tests.conformance.releases import judgements, numbers, required, shipped_configs

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
ONLY_BETWEEN: Final = re.compile(
    r"providers\.inference\[\d+\]\.config(?:\.(?:api_key|region_name|aws_\w+))? is .*AWS_"
    r"|\.(?:model_id|provider_shield_id|embedding_model) is "
    r"|\.access_policy\[\d+\]\.(?:permit|forbid)\.resource is 'model::"
    r"|\.stores\.(?:connectors|prompts)\.namespace is '\w*' in one go, '"
)
"""What only families in between ask for: bedrock of 0.4 to 0.7 wants a key of its own, has a region by default and reads
no keys of AWS, 0.8 does as 0.3 did; 0.3 to 0.7 serve an alias by another name, and 0.8 keeps that name where it was used,
as by the rules of an access policy; 0.4 to 0.8 do not list prompts that are under a
namespace on PostgreSQL, nor 0.5 and 0.6 connectors, and 0.3 has its prompts under one."""

FIXTURES: Final = Path(__file__).resolve().parents[2] / "fixtures" / "migrate"
LAYOUTS: Final = ("consolidate", "preserve")

EVERY_SOURCE: Final = (
    "0.1.9",
    "0.2.12",
    "0.2.23",
    "0.3.0",
    "0.3.5",
    "0.4.5",
    "0.5.2",
    "0.6.1",
    "0.7.3",
    "0.8.0",
    "1.0.4",
)
EVERY_TARGET: Final = (*EVERY_SOURCE[1:], "1.5.0")
SOURCES: Final = (
    EVERY_SOURCE if ALL else ("0.1.9", "0.2.23", "0.3.5", "0.5.2", "0.7.3", "1.0.4")
)
TARGETS: Final = (
    EVERY_TARGET if ALL else ("0.2.23", "0.3.5", "0.4.5", "0.7.3", "1.0.4", "1.5.0")
)
CLEAN, PARTIAL, WRONG = "clean", "in part", "wrong"
LOST: Final = ("unknown_keys", "inert_keys")
TOLD: Final = 3
"""How many files a message names of each cause."""

SUCCESSORS: Final[Mapping[str, str]] = {
    r"(\w+_store|kvstore)\.db_path=": "Files of sqlite are merged; the table of stores says which was where.",
    r"\.namespace=": "Left empty where the new release would put it before keys that did not have it.",
    r"^apis\[\]=(agents|telemetry)$": "The API has another name, or its provider is named.",
    r"\.provider_type=inline::(meta-reference|meta-reference-quantized|rag-runtime)$": "Called by its new name.",
    r"tool_groups\[\]\.toolgroup_id=builtin::\w+$": "The release registers its own tool groups by itself.",
    r"\.file_search_params\.(header|footer)_template=": "The name of the tool in it is its new name.",
}
"""Values that are gone and that no finding points to, as `PATH=VALUE`, and what became of them."""

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Original:
    """A run config as a release ships it, and what that release says of it."""

    release: str
    name: str
    text: str
    verdict: Verdict


@dataclass(frozen=True)
class Case:
    """An original, migrated to a target in a layout, or why it was not; and what the target says of the result."""

    original: Original
    target: str
    layout: str
    migration: MigrationResult | str
    verdict: Verdict | None

    @property
    def outcome(self) -> str:
        """What became of it, in a word."""
        if self.faults:
            return WRONG
        return PARTIAL if self.partial else CLEAN

    @property
    def partial(self) -> bool:
        """Whether the migration says that it needs an action."""
        return (
            isinstance(self.migration, MigrationResult) and self.migration.needs_action
        )

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What is not as it should be."""
        if isinstance(self.migration, str) or self.verdict is None:
            return (f"not migrated: {self.migration}",)
        return tuple(self._faults(self.migration, self.verdict))

    def _faults(self, migration: MigrationResult, verdict: Verdict) -> Iterator[str]:
        words = [
            finding.message for each in migration.configs for finding in each.notes
        ]
        for each in verdict["errors"]:
            yield f"refused{', as it says' if _named(_named_in(each), words) else ''}: {each}"
        for key in set(verdict["literal_keys"]) - set(
            self.original.verdict["literal_keys"]
        ):
            yield f"placeholder read as literal text: {key}"
        for key in self._new_keys(verdict):
            if not migration.needs_action:
                yield f"dropped, and yet complete: {key}"
            elif not _named(key, words):
                yield f"dropped and not named: {key}"
        for each in self._new_needs(verdict):
            if not _named(_quoted(each), words):
                yield f"does not start, which is not said: {each}"
        for each in set(verdict["command"]) - set(self.original.verdict["command"]):
            if not any("insecure" in text for text in words):
                yield f"does not start, which is not said: {each}"

    def _new_keys(self, verdict: Verdict) -> list[str]:
        """What the target drops and the file's own release did not."""
        before = Counter(
            _anywhere(key) for name in LOST for key in self.original.verdict[name]
        )
        after = [key for name in LOST for key in verdict[name]]
        return [key for key in after if not before[_anywhere(key)]]

    def _new_needs(self, verdict: Verdict) -> list[str]:
        """What is asked for and not provided, and was not so before."""
        before = {each["problem"] for each in self.original.verdict["unmet"]}
        return [
            each["problem"]
            for each in verdict["unmet"]
            if each["problem"] not in before
        ]


def _named(name: str, words: Iterable[str]) -> bool:
    """Whether a message has the last part of a name."""
    last = re.sub(r"\[\d+\]$", "", name).split(".")[-1]
    return any(
        re.search(rf"(?<![\w:]){re.escape(last)}(?![\w:])", text) for text in words
    )


def _named_in(error: str) -> str:
    """What a judge's error is about: the type of a provider, or the key that a model complains of."""
    provider = re.match(r"provider .*? \((.+?)\): ", error)
    return provider[1] if provider else error.split(": ")[1]


def _quoted(problem: str) -> str:
    """The API that is wanting."""
    return problem.split("'")[1]


def _anywhere(key: str) -> str:
    """A judge's path without its indexes."""
    return re.sub(r"\[\d+\]", "[]", key)


@cache
def originals(release: str) -> tuple[Original, ...]:
    """The run configs inside a release: all, or each second one."""
    python = required(release)
    files = dict(list(shipped_configs(python).items())[:: 1 if ALL else 2])
    verdicts = judgements(python, files.values())
    return tuple(
        Original(release, name, path.read_text(encoding="utf-8"), verdicts[path])
        for name, path in files.items()
    )


def _migrated(
    text: str, target: str, layout: str, source: str | None = None
) -> MigrationResult | str:
    """The migration, or what it says where it gives up."""
    try:
        return migrate(text, settings_for(target, layout, source=source))
    except (InputError, NotRunConfigError, ProofError) as error:
        return f"{type(error).__name__}: {error}"


def _later(target: str, release: str) -> bool:
    return numbers(target) > numbers(release)


def _cases(target: str, folder: Path) -> Iterator[Case]:
    """Everything that can be migrated to a target. What comes out alike is judged once."""
    python = required(target)
    sources = [
        each
        for release in SOURCES
        if _later(target, release)
        for each in originals(release)
    ]
    results = {
        (source.release, source.name, layout): _migrated(source.text, target, layout)
        for source in sources
        for layout in LAYOUTS
    }
    texts = dict.fromkeys(
        each.text for each in results.values() if isinstance(each, MigrationResult)
    )
    paths = {text: folder / f"{number}.yaml" for number, text in enumerate(texts)}
    for text, path in paths.items():
        path.write_text(text, encoding="utf-8")
    verdicts = judgements(python, paths.values())
    for source in sources:
        for layout in LAYOUTS:
            migration = results[source.release, source.name, layout]
            verdict = (
                verdicts[paths[migration.text]]
                if isinstance(migration, MigrationResult)
                else None
            )
            yield Case(source, target, layout, migration, verdict)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """All cases, and the matrix."""
    for release in SOURCES:
        originals(release)
    folders = {
        target: tmp_path_factory.mktemp(f"matrix-{target}") for target in TARGETS
    }
    # a judge is a process of its own: while one works, the files for the next can be migrated
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = [
            case
            for part in pool.map(lambda each: list(_cases(*each)), folders.items())
            for case in part
        ]
    print(f"\n{_matrix(found)}\n{_causes(found)}")
    return found


def _matrix(cases: Iterable[Case]) -> str:
    """A row for each source and a column for each target. A file counts as the worse of its two layouts."""
    cells: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    order = (CLEAN, PARTIAL, WRONG)
    for case in cases:
        files = cells[case.original.release, case.target]
        files[case.original.name] = max(
            files.get(case.original.name, CLEAN), case.outcome, key=order.index
        )
    head = [
        f"{'files = clean + in part + wrong':32}",
        *(f"{target:>18}" for target in TARGETS),
    ]
    rows = ["".join(head)]
    for source in SOURCES:
        row = [f"{source:32}"]
        for target in TARGETS:
            count = Counter(cells[source, target].values())
            cell = (
                f"{sum(count.values())} = {' + '.join(str(count[each]) for each in order)}"
                if count
                else ""
            )
            row.append(f"{cell:>18}")
        rows.append("".join(row).rstrip())
    return "\n".join(rows)


def _causes(cases: Iterable[Case]) -> str:
    """What is wrong, those that befall most files first, with the releases and some files of each."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for fault in dict.fromkeys(map(_anywhere, case.faults)):
            found[fault].append(case)
    rows = []
    for fault, group in sorted(found.items(), key=lambda each: -len(each[1])):
        sources = sorted({case.original.release for case in group}, key=numbers)
        targets = sorted({case.target for case in group}, key=numbers)
        names = sorted({case.original.name for case in group})
        more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
        rows.append(f"{len(group)}: {fault}")
        rows.append(
            f"    {', '.join(sources)} -> {', '.join(targets)}; {', '.join(names[:TOLD])}{more}"
        )
    return "\n".join(rows)


@pytest.mark.conformance
@pytest.mark.parametrize("release", SOURCES)
def test_originals_are_accepted_by_their_own_release(release: str) -> None:
    """Without this the matrix could be wrong for the wrong reason."""
    assert originals(release)
    assert [
        each.name for each in originals(release) if not each.verdict["accepted"]
    ] == []


@pytest.mark.conformance
@pytest.mark.parametrize("target", TARGETS)
def test_every_later_release_accepts_what_comes_out(
    target: str, cases: list[Case]
) -> None:
    """No file is refused, and nothing that holds a value is dropped unnamed."""
    wrong = [case for case in cases if case.target == target and case.outcome == WRONG]
    assert not wrong, f"{len(wrong)} to {target}\n{_causes(wrong)}"


@pytest.mark.conformance
@pytest.mark.parametrize("target", TARGETS)
def test_a_second_migration_changes_nothing(target: str, cases: list[Case]) -> None:
    """What came out is of the target."""
    for case in (
        case
        for case in cases
        if case.target == target and isinstance(case.migration, MigrationResult)
    ):
        again = _migrated(case.migration.text, target, case.layout)
        assert isinstance(again, MigrationResult), (case.original, again)
        assert not again.changed, (
            case.original.release,
            case.original.name,
            case.layout,
        )


@pytest.mark.conformance
@pytest.mark.parametrize("target", TARGETS)
def test_no_value_goes_without_a_word(target: str, cases: list[Case]) -> None:
    """Every value of a file is in the new one, perhaps in a comment, or a note points to its entry."""
    gone: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        if case.target == target and isinstance(case.migration, MigrationResult):
            for each in _gone(case.original.text, case.migration):
                gone[each].add(
                    f"{case.original.release} {case.original.name} {case.layout}"
                )
    left = {
        each: sorted(files)[:TOLD]
        for each, files in gone.items()
        if not any(re.search(h, each) for h in SUCCESSORS)
    }
    assert left == {}


def _gone(text: str, migration: MigrationResult) -> Iterator[str]:
    """The values of a file that are nowhere in the new one, and that no note points to."""
    new = (
        value
        for _, value, _ in _scalars(yaml.compose(migration.text, yaml.CSafeLoader))
    )
    kept = _as_written_now("\n".join([*new, *re.findall("#.*", migration.text)]))
    pointed = {
        finding.position.line for each in migration.configs for finding in each.notes
    }
    for path, value, lines in _scalars(yaml.compose(text, yaml.CSafeLoader)):
        if _as_written_now(value) not in kept and not pointed.intersection(lines):
            yield f"{path}={value}"


def _as_written_now(text: str) -> str:
    """Placeholders and the home folder as later releases spell them, so that only what is said counts."""
    text = re.sub(r"(\$\{env\.[A-Z0-9_]+):(?![=+])", r"\1:=", text)
    text = re.sub(r"(\$\{env\.[A-Z0-9_]+)\+", r"\1:+", text)
    return (
        text.replace("~/.llama", "~/.ogx")
        .replace("LLAMA_STACK_", "OGX_")
        .replace("\u200b", "")
    )


def _scalars(
    node: yaml.Node, path: str = "", above: tuple[int, ...] = ()
) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Every scalar but null with its path, and the lines at which it and the entries around it begin."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(
                value,
                f"{path}.{key.value}".lstrip("."),
                (*above, key.start_mark.line + 1),
            )
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, f"{path}[]", (*above, item.start_mark.line + 1))
    elif node.tag != "tag:yaml.org,2002:null":
        yield path, node.value, above


def _meanings(text: str) -> list[Any]:
    """The run configs of a file, as data."""
    return [
        config.data
        for config in find_run_configs(read_documents(text.removeprefix("\ufeff")))
    ]


def _hops_differ(
    text: str, layout: str, source: str | None, first: str
) -> Iterator[str]:
    """The first family at which going in one go and going by every family from `first` on do not mean the same.

    Whoever goes hop by hop knows what they come from, and says so.
    """
    here, since = text, source
    for family in (
        each for each in families() if numbers(each.name) >= numbers(first)[:2]
    ):
        direct = _migrated(text, family.name, layout, source)
        hopped = _migrated(here, family.name, layout, since)
        if isinstance(direct, str) or isinstance(hopped, str):
            if direct != hopped:
                yield f"{family.name}: {direct if isinstance(direct, str) else hopped}, in one of them alone"
            return
        differences = [
            each
            for each in _differences(_meanings(direct.text), _meanings(hopped.text))
            if not ONLY_BETWEEN.search(each)
        ]
        if differences:
            yield f"{family.name}: {'; '.join(differences[:TOLD])}"
            return
        here, since = hopped.text, family.name


def _differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """The entries in which two pieces of data are not alike, the order of keys included."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (each, its_like) in enumerate(zip(one, other, strict=True)):
            yield from _differences(each, its_like, f"{path}[{index}]")
    elif one != other:
        yield f"{path.lstrip('.')} is {one!r:.80} in one go, {other!r:.80} by every family"


PARTS: Final = 8
"""All fixtures together take minutes: a plain run does every eighth, CI the others, too."""


@pytest.mark.parametrize(
    "part",
    [0, *(pytest.param(n, marks=pytest.mark.conformance) for n in range(1, PARTS))],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_fixtures_come_out_alike_in_one_go_and_hop_by_hop(
    layout: str, part: int
) -> None:
    """The files of this project; one that does not say what release it is for is for the family before its target."""
    found = {}
    files = sorted(FIXTURES.glob("*/*/input.yaml"))
    # templates with conditions have a meaning only once they are rendered; their proof compares every rendering
    plain = [path for path in files if path.parts[-3] != "templates"]
    for path in plain[part::PARTS]:
        options = path.with_name("options.json")
        given = (
            json.loads(options.read_text(encoding="utf-8")) if options.exists() else {}
        )
        first = given.get("target", DEFAULT_TARGET.name)
        earlier = [each for each in families() if each.last < numbers(first)]
        before = earlier[-1] if earlier else families()[0]
        text = path.read_text(encoding="utf-8")
        found[path.parent.name] = list(
            _hops_differ(text, layout, given.get("source", before.name), first)
        )
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.conformance
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("release", SOURCES)
def test_shipped_files_come_out_alike_in_one_go_and_hop_by_hop(
    release: str, layout: str
) -> None:
    """The files of the releases."""
    found = {
        each.name: list(_hops_differ(each.text, layout, release, release))
        for each in originals(release)
    }
    assert {name: each for name, each in found.items() if each} == {}
