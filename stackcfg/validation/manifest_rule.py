"""What a rule about the objects of manifests is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.objects import SERVER, SERVERS
from stackcfg.validation.findings import ERROR, INFO, WARNING, RuleInfo
from stackcfg.validation.manifest_inspection import ManifestInspection
from stackcfg.validation.rule import Findings, describe_rule

BOTH: Final = SERVERS
"""The kinds of both operators."""

PODS: Final = "*"
"""Any other object with a container that certainly runs ogx."""

ManifestCheck = Callable[[ManifestInspection], Findings]


class ManifestRule(NamedTuple):
    """One rule. `severity` is the usual one of its findings, `page` its
    module's docstring; it looks at objects of `kinds`.

    Paths of its findings begin at the object.
    """

    id: str
    severity: str
    page: str | None
    check: ManifestCheck
    kinds: Sequence[str] = (SERVER,)

    @property
    def info(self) -> RuleInfo:
        """Return what formats and pages show of the rule."""
        return describe_rule(self.id, self.severity, self.page)


__all__ = [
    "BOTH",
    "ERROR",
    "INFO",
    "PODS",
    "WARNING",
    "Findings",
    "ManifestInspection",
    "ManifestRule",
]
