"""A distribution that the operator does not know by its name.

The webhook of the operator refuses the object. The upstream operator knows four
names, and publishes images for two of them; builds of vendors know others, such as
`rh-dev`. An image can be named instead, in `distribution.image`.
"""

from __future__ import annotations

from stackcfg.releases.custom_resources import distribution_facts
from stackcfg.spelling import nearest_word
from stackcfg.validation.manifest_rule import (
    ERROR,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.suggestions import did_you_mean
from stackcfg.validation.rule_finding import RuleFinding, value_of

_PATH = ("spec", "distribution", "name")
_STARTER = "write 'starter'; it has the providers of all the others"


def check(inspection: ManifestInspection) -> Findings:
    name = inspection.text(*_PATH)
    if not name:
        return
    facts = {row["name"]: row for row in distribution_facts()}
    row = facts.get(name)
    if row is None:
        known = [each for each, fact in facts.items() if "until" not in fact]
        advice = did_you_mean(nearest_word(name, known), f"known: {', '.join(known)}")
        yield _warn(f"the upstream operator refuses the unknown name '{name}'", advice)
    elif "until" in row:
        yield RuleFinding(
            value_of(*_PATH),
            f"operators after {row['until']} refuse the distribution '{name}'",
            help=_STARTER,
        )
    elif row.get("unpublished"):
        wrong = f"no image is published for '{name}'; no pod starts"
        yield _warn(wrong, _STARTER)


def _warn(message: str, advice: str) -> RuleFinding:
    return RuleFinding(value_of(*_PATH), message, help=advice, severity=WARNING)


RULE = ManifestRule("unknown-distribution", ERROR, __doc__, check)
