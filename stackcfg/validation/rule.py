"""What a rule is, and the names that nearly every rule module needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stackcfg.light_typing import TYPE_CHECKING, NamedTuple, TypeAlias
from stackcfg.validation.findings import ERROR, INFO, WARNING, RuleInfo
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import ModelError

if TYPE_CHECKING:
    from stackcfg.validation.rule_finding import RuleFinding

Errors = Sequence[ModelError]
Findings: TypeAlias = "Iterator[RuleFinding]"

Check = Callable[[Inspection], Findings]
Claim = Callable[[Inspection, ModelError], bool]
Describe: TypeAlias = "Callable[[Inspection, ModelError], RuleFinding]"
Report = Callable[[Inspection, Errors], Findings]


class Rule(NamedTuple):
    """One rule. `severity` is the usual one of its findings, `page` its
    module's docstring.

    `check` looks at the config itself. A rule claims the model errors
    that `claims` accepts, and those of `kinds` that no earlier rule
    claims. `describe` turns each of them into a finding, `report` all
    of them together. A rule that claims errors without either covers
    them by the findings of `check`.
    """

    id: str
    severity: str
    page: str | None
    check: Check | None = None
    claims: Claim | None = None
    kinds: tuple[str, ...] = ()
    describe: Describe | None = None
    report: Report | None = None

    @property
    def info(self) -> RuleInfo:
        """Return what formats and pages show of the rule."""
        return describe_rule(self.id, self.severity, self.page)


def describe_rule(rule: str, severity: str, page: str | None) -> RuleInfo:
    """Return what formats and pages show of a rule, by its module's docstring."""
    page = page or rule
    summary = page.partition("\n")[0].rstrip(".")
    return RuleInfo(rule, severity, summary, page.strip() + "\n")


__all__ = [
    "ERROR",
    "INFO",
    "WARNING",
    "Errors",
    "Findings",
    "Inspection",
    "Rule",
    "describe_rule",
]
