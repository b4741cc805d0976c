"""The validation of one text: read, inspect, ask every rule, silence what comments silence. Pure; touches no file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    input_error,
    position_of_offset,
    read_documents,
)
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.paths import Path
from stackcfg.redaction.secrets import (
    SHORT,
    find_secrets,
    mask_secrets,
    may_hold_secret,
    remove_secrets,
)
from stackcfg.releases import stores as facts
from stackcfg.releases.families import DEFAULT_TARGET, Target, parse_target
from stackcfg.releases.stores import StoreField, StoreFields
from stackcfg.runconfig.substitution import convert_string
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import (
    ERROR,
    WARNING,
    Finding,
    Fix,
    RelatedLocation,
    Replacement,
    RuleInfo,
    Span,
)
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import KEY, EntryPart, RuleFinding
from stackcfg.validation.rules import RULES, run_rules
from stackcfg.yamltext.document import Document, Node, ParseError, SCALAR, value_of
from stackcfg.yamltext.values import is_merge

if TYPE_CHECKING:
    from stackcfg.validation.ignores import IgnoreComment

IGNORE_MARK: Final = "stackcfg:"
"""What every ignore comment begins with."""

UNUSED_IGNORE: Final = RuleInfo(
    "unused-ignore",
    WARNING,
    "An ignore comment that silences nothing",
    "An ignore comment that silences nothing.\n\n"
    "`# stackcfg: ignore[rule] reason` silences a rule on its line, or on the next line where it stands alone. One\n"
    "that silences nothing hides the next finding there: remove it. It must name its rules.\n",
)
SCHEMA: Final = RuleInfo(
    "schema",
    ERROR,
    "Something that your own JSON Schema forbids",
    "Something that your own JSON Schema forbids.\n\n"
    "`stackcfg validate --schema FILE` holds each config against a JSON Schema of your organisation as well, and\n"
    "reports what it says at its line.\n",
)


class Settings(NamedTuple):
    """What a validation is asked to do: for which release, with which rules, with which fields of own providers.

    `selected` empty means all rules. `schema` is an organisation's own JSON Schema, as data.
    """

    target: Target
    selected: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    declared: tuple[StoreField, ...] = ()
    schema: object = None

    def wants(self, rule: str) -> bool:
        """Whether findings of a rule are asked for."""
        return (not self.selected or rule in self.selected) and rule not in self.ignored


class Validation(NamedTuple):
    """What was found in a text, in its order. `ignored` counts what comments silence, `documents` are the text read."""

    findings: tuple[Finding, ...]
    ignored: int = 0
    documents: tuple[Document, ...] = ()

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(each.severity == ERROR for each in self.findings)


def settings_for(
    target: str = DEFAULT_TARGET.name,
    selected: frozenset[str] = frozenset(),
    ignored: frozenset[str] = frozenset(),
    declared: tuple[StoreField, ...] = (),
    schema: object = None,
) -> Settings:
    """Settings from the words of a command line. Raises `ValueError` for an unknown target or rule."""
    known = {info.id for info in rule_infos()}
    for name in sorted(selected | ignored):
        if name not in known:
            meant = nearest_word(name, known)
            advice = (
                f"did you mean '{meant}'?" if meant else "'stackcfg rules' lists them"
            )
            raise ValueError(f"there is no rule '{name}'; {advice}")
    return Settings(parse_target(target), selected, ignored, declared, schema)


def rule_infos() -> Iterator[RuleInfo]:
    """Every rule: those of `rules`, and those that are about the validation itself."""
    yield from (rule.info for rule in RULES)
    yield UNUSED_IGNORE
    yield SCHEMA


def validate(text: str, settings: Settings | None = None) -> Validation:
    """Everything that the target release would refuse, drop or misread in the run configs of a text.

    Raises `InputError` when the text cannot be read, `NotRunConfigError` when there is no run config in it.
    """
    settings = settings or settings_for()
    shift = len(BOM) if text.startswith(BOM) else 0
    body = text[shift:]
    documents = read_documents(body, lenient=True)
    configs = list(find_run_configs(documents, lenient=True))
    if not configs:
        raise explain_no_run_config(documents)
    catalog = (
        facts.with_declared_fields(settings.declared)
        if settings.declared
        else facts.load_store_fields()
    )
    found: list[Finding] = []
    ignored = 0
    for config in configs:
        diagnostics, silenced = validate_config(config, catalog, settings)
        found += diagnostics
        ignored += silenced
    found.sort(
        key=lambda each: (each.span.start.line, each.span.start.column, each.rule)
    )
    return Validation(tuple(found), ignored, tuple(documents))


def validate_config(
    config: RunConfig, catalog: StoreFields, settings: Settings
) -> tuple[list[Finding], int]:
    """What is found in one run config, and how much of it comments silence. Raises `InputError` as `validate` does."""
    diagnostics = list(_of_config(config, catalog, settings))
    ignores = list(_placed_ignores(config))
    if not ignores:
        return diagnostics, 0
    kept = list(_not_ignored(diagnostics, ignores, settings))
    return kept, len(diagnostics) - sum(each.rule != UNUSED_IGNORE.id for each in kept)


def _of_config(
    config: RunConfig, catalog: StoreFields, settings: Settings
) -> Iterator[Finding]:
    inspection = Inspection(
        config.document, config.data, catalog, settings.target.last, config.second
    )
    try:
        for rule, finding in run_rules(inspection, settings.wants):
            yield _diagnostic(config, rule, finding)
        if settings.schema is not None and settings.wants(SCHEMA.id):
            from stackcfg.validation.custom_schema import schema_findings

            for finding in schema_findings(config.data, settings.schema):
                yield _diagnostic(
                    config,
                    Rule(SCHEMA.id, SCHEMA.severity, SCHEMA.page),
                    finding,
                )
    except ParseError as error:
        raise input_error(
            error, lambda offset: position_of_offset(config, offset)
        ) from None


def _diagnostic(config: RunConfig, rule: Rule, finding: RuleFinding) -> Finding:
    secrets = _secrets_at(config, finding)
    fix = None
    if finding.rewrite and not any(
        secret in text for secret in secrets for _, text in finding.rewrite
    ):
        replacements = tuple(
            Replacement(span_of(config, place), _spelled(config, place, text))
            for place, text in finding.rewrite
        )
        fix = Fix(remove_secrets(finding.help, secrets), replacements)
    return Finding(
        rule.id,
        finding.severity or rule.severity,
        mask_secrets(remove_secrets(finding.message, secrets)),
        span_of(config, finding.place),
        remove_secrets(finding.help, secrets),
        tuple(
            RelatedLocation(span_of(config, place), remove_secrets(words, secrets))
            for place, words in finding.also
        ),
        fix,
        config.place,
    )


def _secrets_at(config: RunConfig, finding: RuleFinding) -> set[str]:
    """The secrets that are written out where a finding looks, as they stand there and as the server reads them."""
    found: set[str] = set()
    if not may_hold_secret(config.document.text):
        return found
    for place in (finding.place, *(place for place, _ in finding.also)):
        node = config.document.root.at(place.path)
        if place.path and node is not None and node.kind == SCALAR:
            name = next(
                (part for part in reversed(place.path) if isinstance(part, str)), ""
            )
            for secret in find_secrets(name, node.text):
                found |= {
                    secret,
                    str(convert_string(secret)),
                    str(value_of(node)) if secret == node.text else secret,
                }
    return {each for each in found if len(each) >= SHORT} - set(
        map(str, finding.place.path)
    )


def _spelled(config: RunConfig, place: EntryPart, text: str) -> str:
    """A new key or value in the quotes of what it replaces."""
    start, end = _stretch(config.document, place)
    old = config.document.text[start:end]
    if old[:1] == '"' and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if old[:1] == "'" and "'" not in text:
        return f"'{text}'"
    from stackcfg.yamltext.emit import emit_scalar

    return emit_scalar(text, flow=_is_in_flow(config.document, place.path))


def _is_in_flow(document: Document, path: Path) -> bool:
    """Whether an entry stands inside brackets or braces."""
    holders = (document.root.at(path[:length]) for length in range(len(path)))
    return any(holder is not None and holder.flow for holder in holders)


def span_of(config: RunConfig, place: EntryPart) -> Span:
    """A symbolic place as a stretch of the file."""
    start, end = _stretch(config.document, place)
    last = position_of_offset(config, max(start, end - 1))
    first = position_of_offset(config, start)
    if end <= start:
        return Span(first, first)
    return Span(first, type(last)(last.line, last.column + 1))


def _stretch(document: Document, place: EntryPart) -> tuple[int, int]:
    """The offsets of a place in its document; of the nearest entry above it where nothing is there."""
    if place.span is not None:
        return place.span
    path, part = place.path, place.part
    while path:
        found = _entry(document.root, path)
        if found is not None:
            name, held = found
            return (
                _of_key(document, name, held)
                if part == KEY
                else _of_value(document, name, held)
            )
        merge = _merge_of(document.root.at(path[:-1]), path[-1])
        if merge is not None:
            return merge.start, merge.end
        path, part = path[:-1], KEY
    root = document.root
    return (
        (root.start, root.entries[0][0].end)
        if root.entries
        else (root.start, root.start + 1)
    )


def _entry(root: Node, path: Path) -> tuple[Node | None, Node] | None:
    """The key (None in a list) and the value at a path."""
    parent = root.at(path[:-1])
    last = path[-1]
    if parent is None:
        return None
    if isinstance(last, int) and parent.items:
        return (None, parent.items[last]) if last < len(parent.items) else None
    entry = parent.entry_of(last)
    return (entry[0], entry[1]) if entry else None


def _merge_of(holder: Node | None, name: str | int) -> Node | None:
    """The `<<` through which a mapping gets a key that it does not hold itself; the last one counts."""
    for key, merged in reversed(holder.entries if holder is not None else ()):
        sources = merged.target.items or [merged]
        if is_merge(key) and any(each.target.entry(str(name)) for each in sources):
            return key
    return None


def _of_key(document: Document, name: Node | None, held: Node) -> tuple[int, int]:
    if name is not None:
        return name.start, name.end
    if held.entries:
        return held.start, held.entries[0][0].end
    return held.start, _first_line(document, held)


def _of_value(document: Document, name: Node | None, held: Node) -> tuple[int, int]:
    if name is not None and (
        held.start >= held.end or (held.entries and not held.flow)
    ):
        return name.start, name.end
    return held.start, _first_line(document, held)


def _first_line(document: Document, held: Node) -> int:
    """The end of a value, or of its first line where it has several."""
    text = document.text[held.start : held.end]
    return held.start + len(text.split("\n", 1)[0].rstrip("\r"))


class _PlacedIgnore(NamedTuple):
    """An ignore comment at its place in the file: the line that it holds for, and the stretch of the comment."""

    rules: tuple[str, ...]
    line: int
    span: Span
    place: str


def _placed_ignores(config: RunConfig) -> Iterator[_PlacedIgnore]:
    if IGNORE_MARK not in config.document.text:
        return
    from stackcfg.validation.ignores import find_ignore_comments

    for ignore in find_ignore_comments(config.document):
        yield _placed(config, ignore)


def _placed(config: RunConfig, ignore: IgnoreComment) -> _PlacedIgnore:
    span = span_of(config, EntryPart(span=(ignore.start, ignore.end)))
    return _PlacedIgnore(
        ignore.rules, position_of_offset(config, ignore.line).line, span, config.place
    )


def _not_ignored(
    diagnostics: list[Finding], ignores: list[_PlacedIgnore], settings: Settings
) -> Iterator[Finding]:
    """The findings that no comment silences, and one for each comment that silences none."""
    used: set[tuple[int, str]] = set()
    for diagnostic in diagnostics:
        silent = [
            index
            for index, ignore in enumerate(ignores)
            if ignore.line == diagnostic.span.start.line
            and diagnostic.rule in ignore.rules
        ]
        used.update((index, diagnostic.rule) for index in silent)
        if not silent:
            yield diagnostic
    if not settings.wants(UNUSED_IGNORE.id):
        return
    known = {info.id for info in rule_infos()}
    for index, ignore in enumerate(ignores):
        strange = [name for name in ignore.rules if name not in known]
        if strange or not ignore.rules:
            message = (
                f"there is no rule '{strange[0]}'"
                if strange
                else "the comment names no rule"
            )
            yield _about_ignore(
                ignore,
                f"{message}: it silences nothing",
                "write ignore[rule-id] reason",
            )
            continue
        unused = [
            name
            for name in dict.fromkeys(ignore.rules)
            if (index, name) not in used and settings.wants(name)
        ]
        if unused:
            names = ", ".join(unused)
            yield _about_ignore(
                ignore,
                f"nothing on line {ignore.line} is silenced by ignore[{names}]",
                "remove it",
            )


def _about_ignore(ignore: _PlacedIgnore, message: str, advice: str) -> Finding:
    return Finding(
        UNUSED_IGNORE.id, WARNING, message, ignore.span, advice, place=ignore.place
    )


__all__ = [
    "InputError",
    "NotRunConfigError",
    "Settings",
    "Validation",
    "rule_infos",
    "settings_for",
    "validate",
]
