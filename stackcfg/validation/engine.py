"""Validate a text: find the run configs and objects in it, let each be
checked, and prove the fixes of what is found.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import TYPE_CHECKING, NamedTuple
from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    read_documents,
)
from stackcfg.loading.errors import InputError, NotRunConfigError, StructureError
from stackcfg.releases.changes import OPERATED_SINCE
from stackcfg.releases.families import Target
from stackcfg.releases.stores import StoreFields, with_declared_fields
from stackcfg.validation.config_findings import newest_fitting, validate_config
from stackcfg.validation.findings import ERROR, Finding
from stackcfg.validation.manifest_detection import find_objects
from stackcfg.validation.settings import Settings
from stackcfg.yamltext.document import Document

if TYPE_CHECKING:
    from stackcfg.manifests.objects import ManifestObject
    from stackcfg.validation.fixes import Checked


class Validation(NamedTuple):
    """The findings of a text in its order, and the documents that were read.

    `ignored` counts the findings that comments silence. `targets` are
    what each of the `configs` was judged by, `operators` what the
    objects were. `of_values` are the findings of a template at their
    places in the values of its chart; None if it writes none of them.
    """

    findings: tuple[Finding, ...]
    ignored: int = 0
    documents: tuple[Document, ...] = ()
    targets: tuple[Target, ...] = ()
    operators: tuple[str, ...] = ()
    configs: tuple[RunConfig, ...] = ()
    of_values: tuple[Finding, ...] | None = None

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(each.severity == ERROR for each in self.findings)


def validate(text: str, settings: Settings | None = None) -> Validation:
    """Return what the target, or else the newest release that each
    config fits, refuses, drops or misreads in the run configs of a
    text.

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
    from stackcfg.validation.fixes import Checked, fix_text

    settings = settings or Settings()
    found = _validate_proved(text, settings)

    def check(fixed: str) -> Checked:
        return Checked(_validate_proved(fixed, settings, found.targets).findings)

    fixed, applied = fix_text(text, check)
    left = _validate_proved(fixed, settings._replace(unsafe_fixes=True), found.targets)
    if not settings.unsafe_fixes:
        left = _hide_unsafe(left)
    return Fixed(fixed, applied, left)


def _hide_unsafe(found: Validation) -> Validation:
    """Return a validation without the fixes that are not safe."""
    if not any(finding.fix for finding in found.findings):
        return found
    from stackcfg.validation.fixes import hide_unsafe_fixes

    return found._replace(findings=tuple(hide_unsafe_fixes(found.findings)))


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
    if not settings.unsafe_fixes:
        found = _hide_unsafe(found)
    if not any(finding.fix for finding in found.findings):
        return found
    from stackcfg.validation.fix_safety import judge_fixes
    from stackcfg.validation.fixes import keep_proved_fixes

    judged = judge_fixes(found.findings, found.configs, found.targets, settings)
    found = found._replace(findings=tuple(judged))
    if not settings.unsafe_fixes:
        found = _hide_unsafe(found)

    shown = frozenset(finding.message for finding in found.findings)
    proving = settings._replace(shown=shown)

    def check(fixed: str) -> Checked:
        # a fix must not change by which release the config is judged
        return _with_data(_validate_text(fixed, proving, found.targets))

    proved = keep_proved_fixes(text, _with_data(found), check)
    return found._replace(findings=tuple(map(_without_changes, proved)))


def _without_changes(finding: Finding) -> Finding:
    """Return a finding whose fix has only what is shown: what it does
    to the data is needed for the proof, and can hold a password.
    """
    if finding.fix is None:
        return finding
    return finding._replace(fix=finding.fix._replace(changes=(), moved=()))


def _with_data(found: Validation) -> Checked:
    from stackcfg.validation.fixes import Checked

    data = {config.place: config.data for config in found.configs}
    return Checked(found.findings, data)


def _validate_text(
    text: str, settings: Settings, known: Sequence[Target]
) -> Validation:
    """Return the findings of a text, YAML or not, with fixes that are
    not proved yet.
    """
    try:
        found = _validate_once(text, settings, known)
    except InputError:
        started = _check_server_file(text, settings)
        if started is None:
            raise
        return started
    if all(document.is_yaml for document in found.documents):
        return found
    return _with_started_servers(found, text, settings)


def _with_started_servers(
    found: Validation, text: str, settings: Settings
) -> Validation:
    """Return what is found in a script that writes run configs, with
    what is found in the servers that it starts.
    """
    try:
        started = _check_server_file(text, settings)
    except NotRunConfigError:
        # it starts none that is judged
        return found
    if started is None:
        return found
    findings = sorted((*found.findings, *started.findings), key=_order_of)
    ignored = found.ignored + started.ignored
    return found._replace(findings=tuple(findings), ignored=ignored)


def _check_server_file(text: str, settings: Settings) -> Validation | None:
    """Return the findings of a file that starts a server and is no YAML."""
    from stackcfg.validation.ignores import IgnoreFilter
    from stackcfg.validation.known_rules import known_rules
    from stackcfg.validation.server_files import check_server_file

    filters = IgnoreFilter(known_rules(), settings.wants)
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
    text: str, settings: Settings, known: Sequence[Target]
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
    """Return the findings of a text without a template that decides
    about its structure, with fixes that are not proved yet.

    Raises `StructureError` for another one.
    """
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    configs = list(find_run_configs(documents, lenient=True))
    objects = find_objects(text, documents, settings.file)
    if not configs and not objects:
        raise explain_no_run_config(documents)
    catalog = with_declared_fields(settings.declared)
    targets = _targets_for(configs, catalog, objects, settings, known)
    findings: list[Finding] = []
    ignored = 0
    for config, target in zip(configs, targets, strict=True):
        judged = settings._replace(target=target)
        found, silenced = validate_config(config, catalog, judged)
        findings += found
        ignored += silenced
    operators: tuple[str, ...] = ()
    if objects:
        found, silenced, operators = _check_objects(documents, objects, settings)
        findings += found
        ignored += silenced
    findings.sort(key=_order_of)
    return Validation(
        tuple(findings),
        ignored,
        tuple(documents),
        targets,
        operators,
        tuple(configs),
    )


def _check_objects(
    documents: Sequence[Document],
    objects: Sequence[ManifestObject],
    settings: Settings,
) -> tuple[list[Finding], int, tuple[str, ...]]:
    """Return what is found in objects, how much of it comments silence,
    and the operators that judged.
    """
    from stackcfg.validation.known_rules import known_rules
    from stackcfg.validation.manifest_check import ManifestSettings, check_objects

    judged = ManifestSettings(
        known_rules(), settings.wants, settings.target, settings.others
    )
    checked = check_objects(documents, objects, judged)
    findings = [
        each
        for each in checked.findings
        if settings.wants_severity(each.rule, each.severity)
    ]
    return findings, checked.ignored, checked.operators


def _targets_for(
    configs: Sequence[RunConfig],
    catalog: StoreFields,
    objects: Sequence[ManifestObject],
    settings: Settings,
    known: Sequence[Target],
) -> tuple[Target, ...]:
    """Return what judges each config: the target of the settings, that
    of before, or else the one that the config shows.
    """
    if settings.target is not None:
        return (settings.target,) * len(configs)
    if len(known) == len(configs):
        return tuple(known)
    return tuple(_target_for(each, catalog, objects, settings) for each in configs)


def _target_for(
    config: RunConfig,
    catalog: StoreFields,
    objects: Sequence[ManifestObject],
    settings: Settings,
) -> Target:
    """Return the newest release that a config fits, or that of the
    server that certainly mounts it.
    """
    target = newest_fitting(config, catalog)
    if target.last >= OPERATED_SINCE or not config.holders:
        return target
    from stackcfg.validation.mounted_configs import target_of_server

    return target_of_server(config, objects, settings.others) or target


def _order_of(finding: Finding) -> tuple[int, int, str]:
    start = finding.span.start
    return start.line, start.column, finding.rule
