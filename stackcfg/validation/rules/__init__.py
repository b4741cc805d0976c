"""The rules, one module each. A rule reads an inspection and yields findings.

A rule module has a docstring, which is its page (the first line is the summary),
and `RULE`. What several rules need is in `queries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module

from stackcfg.light_typing import Final
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import ModelError
from stackcfg.validation.rule import Errors, Findings, Rule
from stackcfg.validation.rule_finding import RuleFinding

# Each model error belongs to the first rule that claims it, so the general
# rules come last.
RULE_IDS: Final = (
    "old-config",
    "duplicate-key",
    "several-documents",
    "unset-variable",
    "unknown-backend",
    "wrong-family",
    "backend-type",
    "backend-field",
    "inline-store",
    "store-field",
    "reference-field",
    "missing-store",
    "moved-key",
    "renamed-key",
    "shared-namespace",
    "shared-table",
    "unused-backend",
    "backend-drift",
    "tilde-path",
    "old-home",
    "postgres-url",
    "provider-type",
    "provider-api",
    "api-without-provider",
    "unlisted-api",
    "empty-apis",
    "missing-dependency",
    "duplicate-provider",
    "deprecated-provider",
    "unknown-provider",
    "ambiguous-provider",
    "unregistered-resource",
    "unregistrable-resource",
    "embedding-dimension",
    "unknown-model",
    "unserved-model",
    "auto-model",
    "doubled-prefix",
    "conflicting-resource",
    "unknown-shield",
    "placeholder-syntax",
    "old-placeholder",
    "literal-password",
    "authentication",
    "half-tls",
    "tls-required",
    "inert-key",
    "retyped-default",
    "deprecated-key",
    "missing-field",
    "wrong-type",
    "invalid-value",
    "unknown-key",
)

# Importing all rules takes longer than most configs: the sets say which a
# config can do without.
CLAIMING: Final = frozenset(
    {
        "unset-variable",
        "backend-type",
        "backend-field",
        "inline-store",
        "store-field",
        "reference-field",
        "missing-store",
        "moved-key",
        "renamed-key",
        "authentication",
        "retyped-default",
        "deprecated-key",
        "missing-field",
        "wrong-type",
        "invalid-value",
        "unknown-key",
    }
)
"""The rules that claim model errors."""

ONLY_CLAIMING: Final = CLAIMING - {
    "missing-store",
    "authentication",
    "retyped-default",
}
"""The rules that only report the model errors that they claim."""

NEVER_ERRORS: Final = frozenset(
    {
        "backend-drift",
        "deprecated-provider",
        "doubled-prefix",
        "duplicate-key",
        "duplicate-provider",
        "empty-apis",
        "half-tls",
        "inert-key",
        "literal-password",
        "old-home",
        "old-placeholder",
        "placeholder-syntax",
        "shared-namespace",
        "shared-table",
        "tilde-path",
        "tls-required",
        "unregistered-resource",
        "unused-backend",
    }
)
"""The rules that claim nothing and whose findings are never errors."""


@cache
def load_rule(rule_id: str) -> Rule:
    """Return a rule, importing its module."""
    module = rule_id.replace("-", "_")
    rule: Rule = import_module(f"{__name__}.{module}").RULE
    return rule


def load_rules() -> Iterator[Rule]:
    """Yield every rule."""
    return map(load_rule, RULE_IDS)


def run_rules(
    inspection: Inspection, is_wanted: Callable[[str], bool]
) -> Iterator[tuple[Rule, RuleFinding]]:
    """Yield the findings of all wanted rules, rule by rule."""
    wanted = list(filter(is_wanted, RULE_IDS))
    if inspection.is_old:
        wanted = [each for each in wanted if load_rule(each).on_old_configs]
    claimed: Mapping[str, Sequence[ModelError]] = {}
    if not CLAIMING.isdisjoint(wanted):
        claimed = claim_errors(inspection)
    for rule_id in wanted:
        errors = claimed.get(rule_id, ())
        if not errors and rule_id in ONLY_CLAIMING:
            continue
        rule = load_rule(rule_id)
        for finding in _run(rule, inspection, errors):
            yield rule, finding


def _run(rule: Rule, inspection: Inspection, errors: Errors) -> Findings:
    if rule.check is not None:
        yield from rule.check(inspection)
    if rule.describe is not None:
        yield from (rule.describe(inspection, error) for error in errors)
    if rule.report is not None:
        yield from rule.report(inspection, errors)


def claim_errors(inspection: Inspection) -> Mapping[str, Sequence[ModelError]]:
    """Return the model errors of a config by the id of the rule that they
    belong to.
    """
    claimed: dict[str, list[ModelError]] = {}
    claiming = [rule_id for rule_id in RULE_IDS if rule_id in CLAIMING]
    for error in inspection.model_errors:
        for rule_id in claiming:
            if _claims(load_rule(rule_id), inspection, error):
                claimed.setdefault(rule_id, []).append(error)
                break
    return claimed


def _claims(rule: Rule, inspection: Inspection, error: ModelError) -> bool:
    if rule.claims is not None and rule.claims(inspection, error):
        return True
    return error.kind in rule.kinds
