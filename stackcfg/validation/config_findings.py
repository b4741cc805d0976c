"""Validate one run config: run every rule, locate the findings, apply
ignore comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.loading.config_positions import position_of_offset
from stackcfg.loading.configs import RunConfig, input_error
from stackcfg.loading.release_fit import detect_releases
from stackcfg.releases.families import Target, target_of
from stackcfg.releases.stores import StoreFields
from stackcfg.stores.store_map import StoreMap
from stackcfg.validation.findings import IGNORE_MARK, Finding, RuleInfo
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rules import run_rules
from stackcfg.validation.settings import Settings
from stackcfg.yamltext.document import ParseError

if TYPE_CHECKING:
    from stackcfg.validation.rule_finding import RuleFinding


def newest_fitting(config: RunConfig, catalog: StoreFields) -> Target:
    """Return the newest release that a config fits.

    Raises `InputError` where the text of the config cannot be read so
    far.
    """
    try:
        return target_of(detect_releases(config, catalog).newest)
    except ParseError as error:
        raise input_error(error, partial(position_of_offset, config)) from None


def validate_config(
    config: RunConfig,
    catalog: StoreFields,
    settings: Settings,
    stores: StoreMap | None = None,
) -> tuple[list[Finding], int]:
    """Return the findings of one config, and how many comments silence.

    `stores` are what the release reads in the config, where that is
    known already.

    Raises `InputError` as `validate` does.
    """
    target = settings.target or newest_fitting(config, catalog)
    try:
        found = list(_find_all(config, catalog, settings, target, stores))
        findings = [_locate(config, *each, settings.shown) for each in found]
    except ParseError as error:
        raise input_error(error, partial(position_of_offset, config)) from None
    if not config.document.holds(IGNORE_MARK):
        return findings, 0
    from stackcfg.validation.ignores import apply_ignores, line_of
    from stackcfg.validation.known_rules import known_rules

    lines = [line_of(config.document, finding) for _, finding in found]
    return apply_ignores(config, findings, lines, known_rules(), settings.wants)


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
    if settings.schema is not None:
        from stackcfg.validation.custom_schema import schema_findings
        from stackcfg.validation.extra_rules import SCHEMA

        if settings.wants(SCHEMA.id):
            for finding in schema_findings(config.data, settings.schema):
                yield SCHEMA, finding


def _locate(
    config: RunConfig,
    rule: Rule | RuleInfo,
    finding: RuleFinding,
    shown: frozenset[str],
) -> Finding:
    # what is clean does not pay for it
    from stackcfg.validation.located_findings import locate_finding, locate_shown

    if finding.message in shown:
        return locate_shown(config, rule, finding)
    return locate_finding(config, rule, finding)
