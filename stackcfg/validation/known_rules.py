"""Which rules there are: those about run configs, about manifests, and
about the validation itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.spelling import nearest_word
from stackcfg.validation.extra_rules import EXTRA_RULES
from stackcfg.validation.findings import RuleInfo
from stackcfg.validation.queries.suggestions import did_you_mean
from stackcfg.validation.rules import RULE_IDS, load_rules


def check_rule_name(name: str) -> None:
    """Raise `ValueError` if there is no such rule."""
    known = known_rules()
    if name not in known:
        advice = did_you_mean(nearest_word(name, known), "'stackcfg rules' lists them")
        raise ValueError(f"there is no rule '{name}'; {advice}")


def known_rules() -> set[str]:
    """Return the names of all rules."""
    from stackcfg.validation.manifest_rules import MANIFEST_RULE_IDS

    return {*RULE_IDS, *MANIFEST_RULE_IDS, *(rule.id for rule in EXTRA_RULES)}


def rule_infos() -> Iterator[RuleInfo]:
    """Yield every rule, then the two that are about the validation itself."""
    from stackcfg.validation.manifest_rules import load_manifest_rules

    yield from (rule.info for rule in load_rules())
    yield from (rule.info for rule in load_manifest_rules())
    yield from EXTRA_RULES
