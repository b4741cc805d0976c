"""An `allowedFrom` that does not do what it says.

For `network.allowedFrom` of a `LlamaStackDistribution`, the operator makes a
NetworkPolicy only with its feature flag `enableNetworkPolicy`, which is off by default.
`labels` are the keys of labels that a namespace must have; with a value
(`team=frontend`), the policy is refused.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.manifests.objects import OLD_SERVER
from stackcfg.paths import list_at
from stackcfg.validation.manifest_rule import (
    INFO,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

_PATH: Final = ("spec", "network", "allowedFrom")


def check(inspection: ManifestInspection) -> Findings:
    if inspection.value(*_PATH):
        yield RuleFinding(
            key_of(*_PATH),
            "it counts only with the flag 'enableNetworkPolicy' of the operator, "
            "which is off by default",
            help="look into the ConfigMap 'llama-stack-operator-config'",
            severity=INFO,
        )
    path = (*_PATH, "labels")
    for index, label in enumerate(list_at(inspection.object.data, path)):
        if isinstance(label, str) and "=" in label:
            yield RuleFinding(
                value_of(*path, index),
                f"'{label}' is no key of a label; the policy is refused",
                help=f"write '{label.partition('=')[0]}'; any value of it counts",
            )


RULE = ManifestRule("allowed-from", WARNING, __doc__, check, (OLD_SERVER,))
