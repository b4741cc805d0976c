"""What a validation is asked to do."""

from __future__ import annotations

from stackcfg.light_typing import TYPE_CHECKING, NamedTuple
from stackcfg.releases.families import Target, parse_target
from stackcfg.releases.stores import StoreField
from stackcfg.validation.findings import ERROR
from stackcfg.validation.manifest_detection import OtherFiles
from stackcfg.validation.rules import NEVER_ERRORS

if TYPE_CHECKING:
    from stackcfg.loading.chart_values import Chart


class Settings(NamedTuple):
    """How to validate: the release, the rules, and the user's own
    fields and schema.

    Without a `target` each config is judged by the newest release that
    it fits. An empty `selected` selects all rules. `declared` are
    fields of own providers, `schema` is an organisation's JSON Schema
    as data. `errors_only` leaves out findings of other severities, and
    the rules that have no others, but for the rules in `always`.
    `others` finds the objects of the other files of a run. `chart` has
    the values that a template writes into its run config. `shown` are
    messages that hold no secret: a finding that says one of them is
    only named and placed, as a proof of fixes asks.
    """

    target: Target | None = None
    selected: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    declared: tuple[StoreField, ...] = ()
    schema: object = None
    errors_only: bool = False
    always: frozenset[str] = frozenset()
    others: OtherFiles | None = None
    chart: Chart | None = None
    unsafe_fixes: bool = False
    shown: frozenset[str] = frozenset()

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


def settings_for(
    target: str | None = None,
    selected: frozenset[str] = frozenset(),
    ignored: frozenset[str] = frozenset(),
    declared: tuple[StoreField, ...] = (),
    schema: object = None,
) -> Settings:
    """Return settings by names. Raises `ValueError` for an unknown
    target or rule.
    """
    if selected or ignored:
        from stackcfg.validation.known_rules import check_rule_name

        for name in sorted(selected | ignored):
            check_rule_name(name)
    named: Target | None = None
    if target is not None:
        named = parse_target(target)
    return Settings(named, selected, ignored, declared, schema)
