"""Validate a text: find its run configs, run every rule, apply ignore
comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    input_error,
    position_of_offset,
    read_documents,
)
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.loading.release_fit import detect_releases
from stackcfg.releases.changes import OPERATED_SINCE
from stackcfg.releases.families import Target, parse_target, target_of
from stackcfg.releases.stores import (
    StoreField,
    StoreFields,
    with_declared_fields,
)
from stackcfg.spelling import nearest_word
from stackcfg.stores.store_map import StoreMap
from stackcfg.validation.extra_rules import EXTRA_RULES, SCHEMA
from stackcfg.validation.findings import ERROR, Finding, RuleInfo
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.manifest_detection import OtherFiles, find_objects
from stackcfg.validation.queries.suggestions import did_you_mean
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding
from stackcfg.validation.rules import NEVER_ERRORS, RULE_IDS, load_rules, run_rules
from stackcfg.yamltext.document import Document, ParseError

if TYPE_CHECKING:
    from stackcfg.manifests.objects import ManifestObject

IGNORE_MARK = "stackcfg:"
"""The beginning of every ignore comment."""


class Settings(NamedTuple):
    """How to validate: the release, the rules, and the user's own fields and
    schema.

    Without a `target` each config is judged by the newest release that it
    fits. An empty `selected` selects all rules. `declared` are fields of own
    providers, `schema` is an organisation's JSON Schema as data. `errors_only`
    leaves out findings of other severities, and the rules that have no others,
    but for the rules in `always`. `others` finds the objects of the other files
    of a run.
    """

    target: Target | None = None
    selected: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    declared: tuple[StoreField, ...] = ()
    schema: object = None
    errors_only: bool = False
    always: frozenset[str] = frozenset()
    others: OtherFiles | None = None

    @property
    def file(self) -> str:
        """The name of the file that is validated, empty if none is known."""
        return self.others.file if self.others is not None else ""

    def wants(self, rule: str) -> bool:
        """Return whether findings of a rule are wanted."""
        if rule in self.ignored:
            return False
        if self.errors_only and rule in NEVER_ERRORS and rule not in self.always:
            return False
        return not self.selected or rule in self.selected

    def wants_severity(self, rule: str, severity: str) -> bool:
        """Return whether findings of a rule with a severity are wanted."""
        return severity == ERROR or not self.errors_only or rule in self.always


class Validation(NamedTuple):
    """The findings of a text in its order, and the documents that were read.

    `ignored` counts the findings that comments silence. `targets` are what
    each of the configs was judged by, `operators` what the objects were.
    """

    findings: tuple[Finding, ...]
    ignored: int = 0
    documents: tuple[Document, ...] = ()
    targets: tuple[Target, ...] = ()
    operators: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(each.severity == ERROR for each in self.findings)


def settings_for(
    target: str | None = None,
    selected: frozenset[str] = frozenset(),
    ignored: frozenset[str] = frozenset(),
    declared: tuple[StoreField, ...] = (),
    schema: object = None,
) -> Settings:
    """Return settings by names. Raises `ValueError` for an unknown target or
    rule.
    """
    for name in sorted(selected | ignored):
        check_rule_name(name)
    named: Target | None = None
    if target is not None:
        named = parse_target(target)
    return Settings(named, selected, ignored, declared, schema)


def check_rule_name(name: str) -> None:
    """Raise `ValueError` if there is no such rule."""
    known = _known_rules()
    if name not in known:
        advice = did_you_mean(nearest_word(name, known), "'stackcfg rules' lists them")
        raise ValueError(f"there is no rule '{name}'; {advice}")


def _known_rules() -> set[str]:
    from stackcfg.validation.manifest_rules import MANIFEST_RULE_IDS

    return {*RULE_IDS, *MANIFEST_RULE_IDS, *(rule.id for rule in EXTRA_RULES)}


def rule_infos() -> Iterator[RuleInfo]:
    """Yield every rule, then the two that are about the validation itself."""
    from stackcfg.validation.manifest_rules import load_manifest_rules

    yield from (rule.info for rule in load_rules())
    yield from (rule.info for rule in load_manifest_rules())
    yield from EXTRA_RULES


def validate(text: str, settings: Settings | None = None) -> Validation:
    """Return what the target, or else the newest release that each config
    fits, refuses, drops or misreads in the run configs of a text.

    Every fix is proved. Raises `InputError` if the text cannot be read,
    `NotRunConfigError` if it has no run config.
    """
    return _validate_proved(text, settings or Settings())


class Fixed(NamedTuple):
    """A text with its fixes, how many there are, and what is left to find."""

    text: str
    applied: int
    left: Validation


def fix(text: str, settings: Settings | None = None) -> Fixed:
    """Return a text with all fixes of its findings.

    Raises what `validate` does.
    """
    from stackcfg.validation.fixes import fix_text

    settings = settings or Settings()
    found = _validate_proved(text, settings)

    def check(fixed: str) -> Sequence[Finding]:
        return _validate_proved(fixed, settings, found.targets).findings

    fixed, applied = fix_text(text, check)
    left = found
    if applied:
        left = _validate_proved(fixed, settings, found.targets)
    return Fixed(fixed, applied, left)


def validate_again(
    text: str, settings: Settings, targets: Sequence[Target]
) -> Validation:
    """Return what is found in a changed text, judged by the targets of before.

    Its fixes are not proved. Raises what `validate` does.
    """
    return _validate_once(text, settings, targets)


def _validate_proved(
    text: str, settings: Settings, known: Sequence[Target] = ()
) -> Validation:
    """Return the findings of a text, whose fixes are proved.

    `known` are the targets that its configs were judged by before.
    """
    found = _validate_text(text, settings, known)
    if not any(finding.fix for finding in found.findings):
        return found
    from stackcfg.validation.fixes import keep_proved_fixes

    def check(fixed: str) -> Sequence[Finding]:
        # a fix must not change by which release the config is judged
        return _validate_text(fixed, settings, found.targets).findings

    proved = keep_proved_fixes(text, found.findings, check)
    return found._replace(findings=tuple(proved))


def _validate_text(
    text: str, settings: Settings, known: Sequence[Target] = ()
) -> Validation:
    """Return the findings of a text, YAML or not, with fixes that are not proved
    yet.
    """
    try:
        return _validate_once(text, settings, known)
    except InputError:
        found = _check_server_file(text, settings)
        if found is None:
            raise
        return found


def _check_server_file(text: str, settings: Settings) -> Validation | None:
    """Return the findings of a file that starts a server and is no YAML."""
    from stackcfg.validation.ignores import IgnoreFilter
    from stackcfg.validation.server_files import check_server_file

    filters = IgnoreFilter(_known_rules(), settings.wants)
    checked = check_server_file(settings.file, text, filters)
    if checked is None:
        return None
    findings, ignored = checked
    wanted = [
        each for each in findings if settings.wants_severity(each.rule, each.severity)
    ]
    wanted.sort(key=_order_of)
    return Validation(tuple(wanted), ignored)


def _validate_once(
    text: str, settings: Settings, known: Sequence[Target] = ()
) -> Validation:
    """Return the findings of a text, with fixes that are not proved yet.

    `known` are the targets that its configs were judged by before.
    """
    try:
        return validate_text(text, settings, known)
    except StructureError as error:
        from stackcfg.validation.templates.findings import validate_template

        return validate_template(text, settings, error, validate_text)


def validate_text(
    text: str, settings: Settings, known: Sequence[Target] = ()
) -> Validation:
    """Return the findings of a text without a template that decides about its
    structure, with fixes that are not proved yet.

    Raises `StructureError` for another one.
    """
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    configs = list(find_run_configs(documents, lenient=True))
    objects = find_objects(text, documents, settings.file)
    if not configs and not objects:
        raise explain_no_run_config(documents)
    catalog = with_declared_fields(settings.declared)
    findings: list[Finding] = []
    ignored = 0
    targets: list[Target] = []
    for number, config in enumerate(configs):
        target = settings.target
        if target is None and len(known) == len(configs):
            target = known[number]
        if target is None:
            target = _target_for(config, catalog, objects, settings)
        judged = settings._replace(target=target)
        found, silenced = validate_config(config, catalog, judged)
        findings += found
        ignored += silenced
        targets.append(target)
    operators: tuple[str, ...] = ()
    if objects:
        found, silenced, operators = _check_objects(documents, objects, settings)
        findings += found
        ignored += silenced
    findings.sort(key=_order_of)
    return Validation(
        tuple(findings), ignored, tuple(documents), tuple(targets), operators
    )


def _check_objects(
    documents: Sequence[Document],
    objects: Sequence[ManifestObject],
    settings: Settings,
) -> tuple[list[Finding], int, tuple[str, ...]]:
    """Return what is found in objects, how much of it comments silence, and the
    operators that judged.
    """
    from stackcfg.validation.manifest_check import ManifestSettings, check_objects

    judged = ManifestSettings(
        _known_rules(), settings.wants, settings.target, settings.others
    )
    checked = check_objects(documents, objects, judged)
    findings = [
        each
        for each in checked.findings
        if settings.wants_severity(each.rule, each.severity)
    ]
    return findings, checked.ignored, checked.operators


def _target_for(
    config: RunConfig,
    catalog: StoreFields,
    objects: Sequence[ManifestObject],
    settings: Settings,
) -> Target:
    """Return the newest release that a config fits, or that of the server that
    certainly mounts it.
    """
    target = _newest_fitting(config, catalog)
    if target.last >= OPERATED_SINCE or not config.holders:
        return target
    from stackcfg.validation.mounted_configs import target_of_server

    return target_of_server(config, objects, settings.others) or target


def _newest_fitting(config: RunConfig, catalog: StoreFields) -> Target:
    try:
        return target_of(detect_releases(config, catalog).newest)
    except ParseError as error:
        raise input_error(error, partial(position_of_offset, config)) from None


def _order_of(finding: Finding) -> tuple[int, int, str]:
    start = finding.span.start
    return start.line, start.column, finding.rule


def validate_config(
    config: RunConfig,
    catalog: StoreFields,
    settings: Settings,
    stores: StoreMap | None = None,
) -> tuple[list[Finding], int]:
    """Return the findings of one config, and how many comments silence.

    `stores` are what the release reads in the config, where that is known
    already.

    Raises `InputError` as `validate` does.
    """
    target = settings.target or _newest_fitting(config, catalog)
    try:
        found = list(_find_all(config, catalog, settings, target, stores))
        findings = [_locate(config, *each) for each in found]
    except ParseError as error:
        raise input_error(error, partial(position_of_offset, config)) from None
    if not config.document.holds(IGNORE_MARK):
        return findings, 0
    from stackcfg.validation.ignores import apply_ignores, line_of

    lines = [line_of(config.document, finding) for _, finding in found]
    return apply_ignores(config, findings, lines, _known_rules(), settings.wants)


def _find_all(
    config: RunConfig,
    catalog: StoreFields,
    settings: Settings,
    target: Target,
    stores: StoreMap | None,
) -> Iterator[tuple[Rule | RuleInfo, RuleFinding]]:
    document, release = config.document, target.last
    inspection = Inspection(
        document,
        config.data,
        catalog,
        release,
        config.second,
        stores,
        config.parameters,
    )
    for rule, finding in run_rules(inspection, settings.wants):
        severity = finding.severity or rule.severity
        if settings.wants_severity(rule.id, severity):
            yield rule, finding
    if settings.schema is not None and settings.wants(SCHEMA.id):
        from stackcfg.validation.custom_schema import schema_findings

        for finding in schema_findings(config.data, settings.schema):
            yield SCHEMA, finding


def _locate(config: RunConfig, rule: Rule | RuleInfo, finding: RuleFinding) -> Finding:
    # what is clean does not pay for it
    from stackcfg.validation.located_findings import locate_finding

    return locate_finding(config, rule, finding)
