"""A `LlamaStackDistribution` where ogx is the target.

The operator of ogx does not read it: there is no conversion, an `OGXServer` must be
made. `stackcfg migrate` writes one beside it. Delete the old object last: its volume
is deleted with it.
"""

from __future__ import annotations

from stackcfg.manifests.objects import OLD_SERVER
from stackcfg.releases.server_environment import RENAMED_SINCE
from stackcfg.validation.manifest_rule import (
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: ManifestInspection) -> Findings:
    target = inspection.target
    if target is None or target.last < RENAMED_SINCE:
        return
    yield RuleFinding(
        value_of("kind"),
        f"the operator of ogx does not read a '{OLD_SERVER}'",
        help=f"'stackcfg migrate --target {target.name}' writes an OGXServer beside it",
    )


RULE = ManifestRule("old-object", ERROR, __doc__, check, (OLD_SERVER,))
