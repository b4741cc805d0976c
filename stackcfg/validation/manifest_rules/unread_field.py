"""A field that the operator accepts and does not read.

What it promises does not happen: `network.tls.secretName` and `tls.identity` give the
server no certificate, `externalAccess.hostname` gives the Ingress no host. Rules of
`policy.egress` count only where `policy.ingress` has a rule, too.
"""

from __future__ import annotations

from stackcfg.paths import Path
from stackcfg.releases.custom_resources import unread_fields
from stackcfg.validation.manifest_rule import (
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, key_of

_POLICY: Path = ("spec", "network", "policy")


def check(inspection: ManifestInspection) -> Findings:
    for field in unread_fields():
        path = tuple(field.path.split("."))
        if inspection.value(*path):
            yield _describe(inspection, path, field.effect)
    has_ingress = inspection.value(*_POLICY, "ingress")
    if inspection.value(*_POLICY, "egress") and not has_ingress:
        effect = "it counts only beside rules in 'policy.ingress'"
        yield _describe(inspection, (*_POLICY, "egress"), effect)


def _describe(inspection: ManifestInspection, path: Path, effect: str) -> RuleFinding:
    name = ".".join(map(str, path))
    return RuleFinding(
        key_of(*path),
        f"the operator {inspection.operator} does not read '{name}': {effect}",
        help="remove it, and do not rely on it",
    )


RULE = ManifestRule("unread-field", WARNING, __doc__, check)
