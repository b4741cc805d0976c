"""The rules, one module each. A rule reads an inspection and yields findings.

A rule module has a docstring, which is its page (the first line is the summary),
and `RULE`. What several rules need is in `queries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Final

from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import ModelError
from stackcfg.validation.rule import Errors, Findings, Rule
from stackcfg.validation.rule_finding import RuleFinding

# Each model error belongs to the first rule that claims it, so the general rules come last.
_MODULES: Final = (
    "old_config",
    "duplicate_key",
    "several_documents",
    "unset_variable",
    "unknown_backend",
    "wrong_family",
    "backend_type",
    "backend_field",
    "inline_store",
    "store_field",
    "reference_field",
    "missing_store",
    "moved_key",
    "shared_namespace",
    "shared_table",
    "unused_backend",
    "backend_drift",
    "tilde_path",
    "old_home",
    "provider_type",
    "provider_api",
    "api_without_provider",
    "empty_apis",
    "missing_dependency",
    "duplicate_provider",
    "deprecated_provider",
    "unknown_provider",
    "unregistered_resource",
    "embedding_dimension",
    "unknown_model",
    "unknown_shield",
    "placeholder_syntax",
    "old_placeholder",
    "literal_password",
    "authentication",
    "half_tls",
    "tls_required",
    "inert_key",
    "retyped_default",
    "deprecated_key",
    "missing_field",
    "wrong_type",
    "invalid_value",
    "unknown_key",
)


def _rule(module: str) -> Rule:
    rule: Rule = import_module(f"{__name__}.{module}").RULE
    return rule


RULES: Final = tuple(map(_rule, _MODULES))


def run_rules(
    inspection: Inspection, is_wanted: Callable[[str], bool]
) -> Iterator[tuple[Rule, RuleFinding]]:
    """Yield the findings of all wanted rules, rule by rule."""
    rules = [rule for rule in RULES if is_wanted(rule.id)]
    if inspection.is_old:
        rules = [rule for rule in rules if rule.on_old_configs]
    claimed: Mapping[str, Sequence[ModelError]] = {}
    if any(rule.report for rule in rules):
        claimed = claim_errors(inspection)
    for rule in rules:
        for finding in _run(rule, inspection, claimed.get(rule.id, ())):
            yield rule, finding


def _run(rule: Rule, inspection: Inspection, errors: Errors) -> Findings:
    if rule.check is not None:
        yield from rule.check(inspection)
    if rule.report is not None:
        yield from rule.report(inspection, errors)


def claim_errors(inspection: Inspection) -> Mapping[str, Sequence[ModelError]]:
    """Return the model errors of a config by the id of the rule that they belong to."""
    claimed: dict[str, list[ModelError]] = {}
    for error in inspection.model_errors:
        for rule in RULES:
            if _claims(rule, inspection, error):
                claimed.setdefault(rule.id, []).append(error)
                break
    return claimed


def _claims(rule: Rule, inspection: Inspection, error: ModelError) -> bool:
    if rule.claims is not None and rule.claims(inspection, error):
        return True
    return error.kind in rule.kinds
