"""Real files that people published, each of them migrated and validated, and judged by means that are not our own.

The corpus is no part of this project. It is looked for at `STACKCFG_CORPUS`, or beside the checkout; without it the
tests are skipped. Comments and entries are found here with PyYAML's tokens and nodes, refusals are held against
ruamel.yaml, and the releases themselves say what they make of the old file and of the new one.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
import yaml
from ruamel.yaml import YAML, YAMLError

from stackcfg.data.environment import MissingVariableError
from stackcfg.data.plan import plan_upgrade
from stackcfg.data.stored_rows import find_stored_rows, read_config_side
from stackcfg.data.upgrade import Upgrade
from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import Problem, StructureError
from stackcfg.migration.engine import InputError, NotRunConfigError, Settings, migrate
from stackcfg.migration.result import MigrationResult
from stackcfg.paths import walk_values
from stackcfg.releases.families import DEFAULT_TARGET, parse_target
from stackcfg.releases.stores import load_store_fields
from stackcfg.reports.validate.formats import FORMATS, Context
from stackcfg.validation.engine import Validation, validate
from stackcfg.validation.findings import FileResult, Finding, Span
from tests.conformance.releases import judgements, required
from tests.support.budgets import ALL
from tests.validation.test_validate_fixtures import apply_fix

CORPUS: Final = Path(
    os.environ.get("STACKCFG_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus"
)
SHARE: Final = 1 if ALL or "STACKCFG_CORPUS" in os.environ else 3
"""A plain run takes every third file; a corpus that was named is taken whole."""

LAYOUTS: Final = ("consolidate", "preserve")
OLD: Final = "0.2.23"
NEW: Final = "0.3.5"

TOP_STORES: Final = ("metadata_store", "inference_store", "conversations_store")
RESOURCES: Final = (
    "models",
    "shields",
    "vector_dbs",
    "datasets",
    "scoring_fns",
    "benchmarks",
    "tool_groups",
    "eval_tasks",
)
PROVIDER_STORES: Final = (
    "kvstore",
    "persistence_store",
    "responses_store",
    "metadata_store",
)
ENGINES: Final = ("sqlite", "redis", "postgres", "mongodb")
GONE_APIS: Final = ("telemetry", "vector_dbs", "memory", "memory_banks")
RENAMED_TYPES: Final = (
    "inline::huggingface",
    "inline::torchtune",
    "inline::vllm",
    "inline::meta-reference-quantized",
)
GONE_TYPE: Final = "inline::code-interpreter"
GONE_GROUP: Final = "builtin::code_interpreter"
GONE_SETTINGS: Final = ("raise_on_connect_error",)
SAME_STORE: Final = (
    ("persistence_store", "persistence.agent_state"),
    ("responses_store", "persistence.responses"),
    ("kvstore", "persistence"),
    ("metadata_store", "storage.stores.metadata"),
    ("inference_store", "storage.stores.inference"),
    ("conversations_store", "storage.stores.conversations"),
)
"""The keys of a store before and after the migration."""

NO_SECRETS: Final = ("llamastack", "password", "********")
"""Values of passwords that other settings of a file have as well."""

VARIABLE: Final = re.compile(r"^\$\{(?:env\.)?\w+:?[=+]?|\}$")
"""What is around the default of a variable, or the variable if it has none."""

WRITTEN_ANEW: Final = re.compile(
    r"(?:embedding_model|provider_shield_id|provider_id: null)\b"
)
"""Lines of resources that change: names of models follow the names that are served (0.3), a resource without a
provider gets the one that served it (until 0.2.15)."""

UNKNOWN_TYPE: Final = "no such provider type in this release"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "manifest.jsonl").is_file(),
    reason="no corpus: set STACKCFG_CORPUS to its folder",
)


@dataclass(frozen=True)
class Published:
    """A file of the corpus."""

    name: str
    text: str
    style: str
    container: str


@dataclass(frozen=True)
class Outcome:
    """What became of a file: migrated, or refused, or failed with anything else."""

    file: Published
    result: MigrationResult | None = None
    error: Exception | None = None


@cache
def published(share: int = SHARE) -> tuple[Published, ...]:
    """The files that a run takes, with their line ends as they are."""
    rows = [
        json.loads(line)
        for line in (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return tuple(
        Published(
            row["id"],
            (CORPUS / row["path"]).read_bytes().decode("utf-8"),
            row["style"],
            row["container"],
        )
        for row in rows[::share]
    )


@cache
def outcomes(layout: str, share: int = SHARE) -> tuple[Outcome, ...]:
    """Each file migrated once. Any exception is kept, since the tests are about which there are."""
    return tuple(_outcome(file, layout) for file in published(share))


def _outcome(file: Published, layout: str) -> Outcome:
    try:
        return Outcome(file, migrate(file.text, Settings(layout=layout)))
    except Exception as error:
        return Outcome(file, error=error)


def _changed(layout: str) -> Iterator[tuple[Published, MigrationResult]]:
    """The migrated files, but for templates with conditions: those are YAML only once they are rendered."""
    for outcome in outcomes(layout):
        if outcome.result is None or not outcome.result.changed:
            continue
        if not _has_conditions(outcome.file.text):
            yield outcome.file, outcome.result


@cache
def _has_conditions(text: str) -> bool:
    try:
        list(find_run_configs(read_documents(text)))
    except StructureError:
        return True
    return False


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_fails_but_what_is_refused(layout: str) -> None:
    """No exception but a refusal; a failed proof counts as a defect."""
    failed = [
        f"{each.file.name}: {type(each.error).__name__}: {each.error}"
        for each in outcomes(layout)
        if each.error is not None and not isinstance(each.error, InputError)
    ]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_refusal_has_its_place_in_the_file(layout: str) -> None:
    """A refusal without a line cannot be acted upon."""
    lost = [
        each.file.name
        for each in outcomes(layout)
        if isinstance(each.error, InputError)
        and not (
            1 <= each.error.position.line <= each.file.text.count("\n") + 1
            and each.error.position.column >= 1
        )
    ]
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_refused_files_cannot_be_read_by_others_either(layout: str) -> None:
    """What is refused is a template, or no YAML, or has a key twice; what is called no run config has no provider."""
    wrong = [
        f"{each.file.name}: {each.error}"
        for each in outcomes(layout)
        if isinstance(each.error, InputError)
        and "{{" not in each.file.text
        and (
            _has_provider(each.file.text)
            if isinstance(each.error, NotRunConfigError)
            else _reads(each.file.text)
        )
    ]
    assert not wrong, "\n".join(wrong)


def _documents(text: str) -> list[Any]:
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def _reads(text: str) -> bool:
    """Whether PyYAML and ruamel.yaml can both load a file and each text that it holds."""
    try:
        for document in _documents(text):
            for inner in _held_texts(document):
                _documents(inner)
                list(YAML(typ="safe", pure=True).load_all(inner))
        list(YAML(typ="safe", pure=True).load_all(text))
    except (yaml.YAMLError, YAMLError):
        return False
    return True


def _has_provider(text: str) -> bool:
    # `models` is a mapping in the values of a chart and a list in every run config
    documents = [
        each
        for each in _documents(text)
        if isinstance(each, dict) and not isinstance(each.get("models"), dict)
    ]
    return any(
        isinstance(provider, dict) and "provider_type" in provider
        for document in documents
        for group in (document.get("providers") or {}).values()
        for provider in (group if isinstance(group, list) else ())
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_second_run_changes_nothing(layout: str) -> None:
    """The text that comes out goes through unchanged."""
    different = [
        file.name
        for file, result in _changed(layout)
        if migrate(result.text, Settings(layout=layout)).text != result.text
    ]
    assert not different, "\n".join(different)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_unchanged_means_the_same_bytes(layout: str) -> None:
    """A file that needs nothing comes out as it went in."""
    different = [
        each.file.name
        for each in outcomes(layout)
        if each.result is not None
        and (each.result.text != each.file.text) != each.result.changed
    ]
    assert not different, "\n".join(different)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_comment_is_still_there(layout: str) -> None:
    """Counted, so that of two equal comments none may go. One may end a line that is a comment now."""
    lost = []
    for file, result in _changed(layout):
        before, after = _all_comments(file.text), _all_comments(result.text)
        written = list((after - before).elements())
        for comment, count in (before - after).items():
            if sum(line.endswith(f" {comment}") for line in written) < count:
                lost.append(f"{file.name}: {comment}")
    assert not lost, "\n".join(lost)


def _all_comments(text: str) -> Counter[str]:
    found = Counter(_comments(text))
    for document in _documents(text):
        for inner in _held_texts(document):
            found.update(_comments(inner))
    return found


def _comments(text: str) -> Iterator[str]:
    """The comments between the tokens of a text, and behind the mark of a block scalar."""
    end = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        yield from _comments_between(text, end, token.start_mark.index)
        end = max(end, token.end_mark.index)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            header = text[token.start_mark.index : token.end_mark.index].split("\n", 1)[
                0
            ]
            if " #" in header:
                yield header[header.index(" #") + 1 :].strip()
    yield from _comments_between(text, end, len(text))


def _comments_between(text: str, start: int, end: int) -> Iterator[str]:
    for line in text[start:end].split("\n"):
        if "#" in line:
            yield line[line.index("#") :].strip()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_lines_outside_the_edited_entries_are_untouched(layout: str) -> None:
    """Every line that belongs to no store, resource list, telemetry or auth entry is still there, in the old order."""
    touched = []
    for file, result in _changed(layout):
        if result.target != DEFAULT_TARGET:
            continue  # completed in its own, later release: other entries change
        for old, new in _pairs(file.text, result.text):
            kept = _lines_to_keep(old)
            while (
                kept and not kept[-1].strip()
            ):  # the gap before a block that stood at the end and moved
                kept.pop()
            missing = _first_missing(kept, new.split("\n"))
            if missing is not None:
                touched.append(f"{file.name}: {missing!r}")
    assert not touched, "\n".join(touched)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_moved_lists_keep_their_lines_but_for_the_indentation(layout: str) -> None:
    """What a resource list holds is moved as text, not written anew."""
    wrong = []
    for file, result in _changed(layout):
        for old, new in _pairs(file.text, result.text):
            lines = [line.strip() for line in new.split("\n")]
            for name, entries in _resource_lines(old):
                missing = _first_missing(entries, lines)
                if missing is not None:
                    wrong.append(f"{file.name}: {name}: {missing!r}")
    assert not wrong, "\n".join(wrong)


def _resource_lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of each resource list without their indentation, with the one renaming that there is."""
    lines = text.split("\n")
    for root in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        for key, value in _items(root):
            if (
                key.value in RESOURCES
                and value.value
                and not getattr(value, "flow_style", True)
            ):
                gone = {
                    number
                    for item in _gone_groups(value)
                    for number in _entry_lines(lines, item, item)
                }
                numbers = range(key.start_mark.line + 1, _last_line(value) + 1)
                held = [
                    lines[number]
                    for number in numbers
                    if number not in gone
                    and not WRITTEN_ANEW.match(lines[number].strip("- "))
                ]
                yield (
                    key.value,
                    [
                        re.sub(
                            "vector_db_id(?=['\"]? *:)", "vector_store_id", line.strip()
                        )
                        for line in held
                    ],
                )


def _gone_groups(groups: yaml.Node) -> Iterator[yaml.Node]:
    """The tool groups that became comments."""
    for item in groups.value if isinstance(groups, yaml.SequenceNode) else ():
        if any(each.value == GONE_GROUP for _, each in _entries(item, "toolgroup_id")):
            yield item


def _pairs(old: str, new: str) -> Iterator[tuple[str, str]]:
    """The texts of the run configs in a file, before and after; for the file around them, what is outside of them."""
    inner_old = [
        inner for document in _documents(old) for inner in _held_texts(document)
    ]
    inner_new = [
        inner for document in _documents(new) for inner in _held_texts(document)
    ]
    yield from zip(inner_old, inner_new, strict=True)
    if not inner_old:
        yield old, new
        return
    outside = _outside_of_texts(old), _outside_of_texts(new)
    assert outside[0] == outside[1], "a line around the run config was touched"


def _outside_of_texts(text: str) -> list[str]:
    pieces = [0]
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if (
            isinstance(token, yaml.ScalarToken)
            and token.style
            and "provider_type" in token.value
        ):
            pieces += [token.start_mark.index, token.end_mark.index]
    pieces.append(len(text))
    return [
        text[start:end].strip()
        for start, end in zip(pieces[::2], pieces[1::2], strict=True)
    ]


def _first_missing(kept: Sequence[str], lines: Sequence[str]) -> str | None:
    """The first line that is not there any more, or not behind the one before it."""
    rest = iter(lines)
    return next(
        (
            line
            for line in kept
            if not any(each in (line, _modern(line)) for each in rest)
        ),
        None,
    )


def _modern(line: str) -> str:
    """A line with the variables of 0.2.12 and earlier, and the version, as 0.2.13 writes them."""
    line = re.sub(r"(\$\{env\.[A-Z0-9_]+)(?::(?![=+])(?=[^}]*\})|\+)", _operator, line)
    return re.sub(r"^( *version *: *)(['\"])2\2", r"\g<1>2", line)


def _operator(match: re.Match[str]) -> str:
    return f"{match[1]}:{'+' if match[0].endswith('+') else '='}"


def _lines_to_keep(text: str) -> list[str]:
    lines = text.split("\n")
    edited: set[int] = set()
    for root in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        if isinstance(root, yaml.MappingNode):
            for key, value in _edited_entries(root):
                edited.update(_entry_lines(lines, key, value))
    return [line for number, line in enumerate(lines) if number not in edited]


def _edited_entries(root: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The entries that a migration may replace, as the promise names them."""
    for key, value in root.value:
        if key.value in (*TOP_STORES, *RESOURCES, "memory_banks"):
            yield key, value
        elif key.value == "server":
            yield from _entries(value, "auth")
            yield from _entries(value, "disable_ipv6")
            for _, quota in _entries(value, "quota"):
                yield from _entries(quota, "kvstore")
        elif key.value == "apis" and isinstance(value, yaml.SequenceNode):
            yield from ((item, item) for item in value.value if item.value in GONE_APIS)
        elif key.value == "providers":
            yield from _edited_in_providers(value)
        elif key.value == "registered_resources":
            # an empty list makes room for the one that moves here
            yield from (
                (each, node)
                for each, node in _items(node=value)
                if not node.value or node.value == "null"
            )


def _edited_in_providers(providers: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    for api, group in _items(providers):
        if api.value == "telemetry":
            yield api, group
        elif api.value == "memory":
            yield api, api
        elif api.value == "files" and not group.value:
            yield api, group
        for provider in group.value if isinstance(group, yaml.SequenceNode) else ():
            kind = next(
                (each.value for _, each in _entries(provider, "provider_type")), ""
            )
            if kind == GONE_TYPE:
                yield provider, provider
            elif kind in RENAMED_TYPES:
                yield from _entries(provider, "provider_type")
                yield from _entries(provider, "config")
            for key, config in _entries(provider, "config"):
                if not config.value or config.value == "null":
                    # a store that the new release demands may be added here
                    yield key, config
                for name, value in _items(config):
                    kinds = [each.value for _, each in _entries(value, "type")]
                    if name.value in (*PROVIDER_STORES, *GONE_SETTINGS) or any(
                        engine in kind for engine in ENGINES for kind in kinds
                    ):
                        yield name, value


def _items(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _entries(node: yaml.Node, name: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    yield from (pair for pair in _items(node) if pair[0].value == name)


def _entry_lines(lines: list[str], key: yaml.Node, value: yaml.Node) -> Iterator[int]:
    """The lines of an entry: the comments over it, its content, and the comments below it."""
    first = key.start_mark.line
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    last = max(_last_line(value), key.start_mark.line)
    indent = len(lines[key.start_mark.line]) - len(lines[key.start_mark.line].lstrip())
    yield from range(first, last + 1)
    in_item = False
    for number in range(last + 1, len(lines)):
        line = lines[number]
        # a commented-out item at the end of a list moves along with the list
        in_item = in_item or line.lstrip().startswith("# - ")
        below = in_item or len(line) - len(line.lstrip()) > indent
        if line.strip() and not (line.lstrip().startswith("#") and below):
            return
        yield number


def _last_line(node: yaml.Node) -> int:
    """The last line that holds content of a node; the end of a block collection lies behind the comments after it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return int(node.end_mark.line) - (
            node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
        )
    children = (
        [part for pair in node.value for part in pair]
        if isinstance(node, yaml.MappingNode)
        else node.value
    )
    return max(map(_last_line, children))


@dataclass(frozen=True)
class Checked:
    """What the validation of a file said, or why it was refused."""

    file: Published
    found: Validation | None = None
    error: Exception | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.found.findings if self.found else ()

    @property
    def result(self) -> FileResult:
        """The same as reports take it."""
        if isinstance(self.error, InputError):
            position = self.error.position
            return FileResult(
                self.file.name,
                problem=Problem(str(self.error), position.line, position.column),
            )
        return FileResult(self.file.name, self.findings)

    @property
    def lines(self) -> list[str]:
        return re.split("\r\n|\r|\n", self.file.text.removeprefix("\ufeff"))


@cache
def checks() -> tuple[Checked, ...]:
    """Every file validated once, for the default target."""
    return tuple(map(_check, published()))


def _check(file: Published) -> Checked:
    try:
        return Checked(file, validate(file.text))
    except Exception as error:
        return Checked(file, error=error)


def test_validation_refuses_or_answers() -> None:
    """No exception but a refusal, with its place in the file."""
    failed = [
        f"{each.file.name}: {type(each.error).__name__}: {each.error}"
        for each in checks()
        if each.error is not None and not isinstance(each.error, InputError)
    ]
    lost = [
        each.file.name
        for each in checks()
        if isinstance(each.error, InputError)
        and not (
            1 <= each.error.position.line <= len(each.lines)
            and each.error.position.column >= 1
        )
    ]
    assert failed == []
    assert lost == []
    assert sum(each.found is not None for each in checks()) > len(checks()) / 2


def test_validation_refuses_what_others_cannot_read_either() -> None:
    """As the migration does; but a key twice is a finding then, since the server takes the file all the same."""
    wrong = [
        f"{each.file.name}: {each.error}"
        for each in checks()
        if isinstance(each.error, InputError)
        and "{{" not in each.file.text
        and (
            _has_provider(each.file.text)
            if isinstance(each.error, NotRunConfigError)
            else _loads(each.file.text)
        )
    ]
    assert wrong == []
    migrated = {
        outcome.file.name
        for outcome in outcomes("consolidate")
        if outcome.result is not None
    }
    assert migrated <= {each.file.name for each in checks() if each.found is not None}


def _loads(text: str) -> bool:
    """Whether PyYAML alone can load a file and each text that it holds."""
    try:
        for document in yaml.load_all(text, Loader=yaml.SafeLoader):
            for inner in _held_texts(document):
                list(yaml.load_all(inner, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return False
    return True


def test_findings_stand_where_something_stands() -> None:
    """Each place is a part of one line of the file, with something to underline, and the findings are in order."""
    wrong = []
    for each in checks():
        lines = each.lines
        for found in each.findings:
            spans = [found.span, *(related.span for related in found.related)]
            wrong += [
                f"{each.file.name}: {found.rule}: {span}"
                for span in spans
                if not _underlined(lines, span).strip()
            ]
        order = [
            (found.span.start.line, found.span.start.column, found.rule)
            for found in each.findings
        ]
        assert order == sorted(order), each.file.name
    assert wrong == []


def _underlined(lines: Sequence[str], span: Span) -> str:
    """What a span covers; nothing when it is not within one line."""
    if (
        span.start.line != span.end.line
        or not 1 <= span.start.line <= len(lines)
        or span.start.column < 1
    ):
        return ""
    line = lines[span.start.line - 1]
    return (
        line[span.start.column - 1 : span.end.column - 1]
        if span.end.column <= len(line) + 1
        else ""
    )


def test_findings_are_not_said_twice() -> None:
    wrong = []
    for each in checks():
        counted = Counter(
            (found.rule, found.message, found.span) for found in each.findings
        )
        wrong += [
            f"{each.file.name}: {found}"
            for found, count in counted.items()
            if count > 1
        ]
    assert wrong == []


def test_messages_are_whole_sentences_of_one_line() -> None:
    for each in checks():
        for found in each.findings:
            for words in (
                found.message,
                found.help,
                *(related.message for related in found.related),
            ):
                assert words.isprintable(), (each.file.name, words)
                assert words == words.strip(), (each.file.name, words)


def test_every_fix_mends_what_it_is_for() -> None:
    """What a fix writes is read again: its finding is gone, and the file is no worse to read."""
    wrong = []
    for each in checks():
        before = Counter((found.rule, found.message) for found in each.findings)
        for found in each.findings:
            if found.fix is not None:
                after = validate(
                    apply_fix(each.file.text, found.fix.replacements)
                ).findings
                left = sum(
                    (other.rule, other.message) == (found.rule, found.message)
                    for other in after
                )
                if left >= before[found.rule, found.message]:
                    wrong.append(
                        f"{each.file.name}:{found.span.start.line}: {found.rule}: {found.message}"
                    )
    assert wrong == []


def test_every_format_takes_every_finding() -> None:
    results = [each.result for each in checks()]
    count = sum(len(each.findings) for each in checks()) + sum(
        result.problem is not None for result in results
    )
    context = Context("0.3")
    report = json.loads(FORMATS["json"].render(results, context))
    assert (
        sum(len(file["diagnostics"]) + ("problem" in file) for file in report["files"])
        == count
    )
    [run] = json.loads(FORMATS["sarif"].render(results, context))["runs"]
    assert (
        len(run["results"])
        + len(run["invocations"][0].get("toolExecutionNotifications", ()))
        == count
    )
    assert FORMATS["concise"].render(results, context).count("\n") == count
    assert FORMATS["github"].render(results, context).count("\n") == count
    suites = ElementTree.fromstring(FORMATS["junit"].render(results, context))
    assert len(suites) == len(results)
    heads = 0
    for each, result in zip(checks(), results, strict=True):
        shown = FORMATS["full"].render([result], Context("0.3", each.lines, width=100))
        rows = shown.split("\n")
        heads += sum(bool(re.match(r" +--> ", row)) for row in rows)
        assert [row for row in rows if not row.isprintable()] == []
    assert heads == count


def test_no_finding_quotes_a_secret() -> None:
    """Held against every value under a telling key of the file, as PyYAML reads it."""
    wrong = []
    looked_for = 0
    for each in checks():
        secrets = set(_secrets(each.file.text)) if each.found else set()
        looked_for += len(secrets)
        for found in each.findings:
            texts = [
                found.message,
                found.help,
                *(new.text for new in (found.fix.replacements if found.fix else ())),
            ]
            wrong += [
                f"{each.file.name}: {secret}"
                for secret in secrets
                for text in texts
                if secret in text
            ]
    assert wrong == []
    assert looked_for > 10 // SHARE


def _secrets(text: str) -> Iterator[str]:
    """Values that look like no word, under keys that tell of a secret."""
    with suppress(yaml.YAMLError):
        for root in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            for key, node in _all_entries(root):
                if re.search(
                    "passw|token$|api_key|secret", str(key.value), re.IGNORECASE
                ):
                    value = VARIABLE.sub("", str(node.value))
                    if (
                        isinstance(node, yaml.ScalarNode)
                        and len(value) >= 6
                        and value not in NO_SECRETS
                    ):
                        yield value


def _all_entries(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    for key, value in _items(node):
        yield key, value
        yield from _all_entries(value)
    for value in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from _all_entries(value)


class Everything(dict[str, str]):
    """An environment in which every variable is set."""

    def get(self, key: str, default: object = None) -> str:  # type: ignore[override]  # noqa: ARG002
        return "/srv/data"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("variables", [Everything(), {}], ids=["all set", "none set"])
def test_a_plan_for_the_data_has_every_store(
    layout: str, variables: dict[str, str]
) -> None:
    """Each store of the old file goes somewhere or stays with a reason; a variable that is wanting is named."""
    catalog, target = load_store_fields(), parse_target("0.3")
    planned, wanting, forgotten = 0, [], []
    for file, result in _changed(layout):
        if len(result.configs) > 1:
            continue
        old = read_config_side("old", file.text, None, catalog, variables)
        new = read_config_side("new", result.text, target, catalog, variables)
        upgrade = Upgrade(old, new)
        try:
            before, after = (
                find_stored_rows(old, catalog, upgrade.folders),
                find_stored_rows(new, catalog, upgrade.folders),
            )
        except MissingVariableError as error:
            wanting.append(str(error))
            continue
        drawn = plan_upgrade(before, after, upgrade, catalog)
        reported = {
            name
            for each in (*drawn.moves, *drawn.unmoved)
            for name in each.store.split(", ")
        }
        forgotten += [
            f"{file.name}: {each.store}"
            for each in before
            if each.store not in reported
        ]
        planned += 1
    assert forgotten == []
    assert planned > 200 // SHARE
    words = r"the variable [A-Z0-9_]+ is not set, and the location of '.+' \((old|new):\d+\) needs it"
    assert [each for each in wanting if not re.fullmatch(words, each)] == []
    if isinstance(variables, Everything):
        assert wanting == []
    elif SHARE == 1:
        # few files name a variable without a default
        assert wanting


@dataclass(frozen=True)
class Judged:
    """A run config before and after: what its own release and the new one make of it, and what we said about it."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    named: str
    """Everything that the report calls unfinished."""


@pytest.fixture(scope="module", params=LAYOUTS)
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[Judged]:
    """The old files of the corpus that are run configs or hold one, each asked in both forms."""
    old_python, new_python = required(OLD), required(NEW)
    folder = tmp_path_factory.mktemp(request.param)
    old_files: dict[str, Path] = {}
    new_files: dict[str, Path] = {}
    named: dict[str, str] = {}
    for name, old, new, unfinished in _old_configs(request.param):
        old_files[name], new_files[name] = (
            folder / f"{name}.old.yaml",
            folder / f"{name}.new.yaml",
        )
        old_files[name].write_text(old, encoding="utf-8")
        new_files[name].write_text(new, encoding="utf-8")
        named[name] = unfinished
    before = judgements(old_python, old_files.values())
    after = judgements(new_python, new_files.values())
    return [
        Judged(name, before[path], after[new_files[name]], named[name])
        for name, path in old_files.items()
    ]


def _old_configs(layout: str) -> Iterator[tuple[str, str, str, str]]:
    for outcome in outcomes(layout, share=1):
        file, result = outcome.file, outcome.result
        if (
            result is None
            or file.style not in ("old", "mixed")
            or file.container not in ("plain", "configmap")
            # a file of a later release, or one that is for the target already
            or result.target != DEFAULT_TARGET
            or not result.changed
        ):
            continue
        unfinished = [
            each.message
            for config in result.configs
            for each in config.notes
            if each.severity == "action required"
        ]
        pairs = zip(_config_texts(file.text), _config_texts(result.text), strict=True)
        for number, (old, new) in enumerate(pairs):
            yield f"{file.name}.{number}", old, new, "\n".join(unfinished)


def _config_texts(text: str) -> list[str]:
    documents = _documents(text)
    held = [inner for document in documents for inner in _held_texts(document)]
    if held or len(documents) == 1:
        return held or [text]
    return [
        yaml.safe_dump(document, sort_keys=False)
        for document in documents
        if isinstance(document, dict)
    ]


def _held_texts(document: object) -> Iterator[str]:
    """The run configs that an object of Kubernetes, or a list of those, holds as texts."""
    if isinstance(document, dict) and "kind" in document:
        for _, value in walk_values(document):
            if isinstance(value, str) and "provider_type" in value and "\n" in value:
                yield value


@pytest.mark.conformance
def test_no_error_that_the_old_file_did_not_have(judged: list[Judged]) -> None:
    """The new release refuses nothing that the old one took, but what the report names as unfinished."""
    wrong = []
    for each in judged:
        known = {_normalized(error) for error in each.before["errors"]}
        wrong += [
            f"{each.name}: {error}"
            for error in each.after["errors"]
            if _normalized(error) not in known
            and not _of_unknown_provider(error, each.before["errors"])
            and not _is_named(error.split(": ")[1], each.named)
            and not _of_what_was_unread(error, each)
        ]
    assert not wrong, "\n".join(wrong)


def _of_what_was_unread(error: str, judged: Judged) -> bool:
    """A model that settings of vector stores name, which the old release dropped and the new one reads."""
    return (
        error.startswith("resources: Model '")
        and "vector_stores" in judged.before["unknown_keys"]
    )


@pytest.mark.conformance
def test_no_accepted_file_becomes_refused(judged: list[Judged]) -> None:
    """What its own release accepts, the new one accepts too, or the report says what is left to do."""
    wrong = []
    for each in judged:
        refused = [
            error
            for error in each.after["errors"]
            if not _of_what_was_unread(error, each)
        ]
        if each.before["accepted"] and refused and not each.named:
            wrong.append(each.name)
    assert not wrong, "\n".join(wrong)


@pytest.mark.conformance
def test_no_key_goes_unread_that_was_read(judged: list[Judged]) -> None:
    """A key that the new release drops was dropped by the old one as well, or the report names it."""
    wrong = []
    for each in judged:
        unread = [
            _normalized(key)
            for key in each.before["unknown_keys"] + each.before["inert_keys"]
        ]
        wrong += [
            f"{each.name}: {key}"
            for key in each.after["unknown_keys"] + each.after["inert_keys"]
            if not _was_unread(_normalized(key), unread)
            and not _is_named(key, each.named)
        ]
    assert not wrong, "\n".join(wrong)


def _normalized(complaint: str) -> str:
    """A complaint without what a migration changes in it: numbers of entries, and the keys of a store."""
    complaint = re.sub(r"\d+", "N", complaint).replace("registered_resources.", "")
    complaint = complaint.replace(
        "provider memory/", "provider vector_io/"
    )  # what that API was called before 0.1
    stage, colon, rest = complaint.partition(": ")
    for old, new in SAME_STORE:
        if colon and rest.startswith((old, new)):
            return f"{stage}: {old}"
    return complaint


def _of_unknown_provider(error: str, before: list[str]) -> bool:
    """Whether an error is about a provider whose type the old release did not know, and so did not check."""
    return f"{error.partition(': ')[0]}: {UNKNOWN_TYPE}" in before


def _was_unread(key: str, unread: list[str]) -> bool:
    """Whether a key, or a key above it, was unread; the fields of a store may have gone to a backend."""
    if key.startswith("storage.backends."):
        return (
            any(each.rsplit(".", 1)[-1] == key.rsplit(".", 1)[-1] for each in unread)
            or "storage" in unread
        )
    return any(
        key == each or key.startswith((f"{each}.", f"{each}[")) for each in unread
    )


def _is_named(path: str, named: str) -> bool:
    """Whether the report names the entry at a path, in quotes: by all of the path or any part of it."""
    return bool({path, *path.split(".")} & set(re.findall("'([^']+)'", named)))
