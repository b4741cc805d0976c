"""The rules about objects of Kubernetes manifests, one module each.

Here is what an operator, its webhook or the API server refuses, drops or
misreads; what a run config says belongs to `rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from stackcfg.light_typing import Final
from stackcfg.validation.manifest_rule import ManifestRule

MANIFEST_RULE_IDS: Final = (
    "object-version",
    "object-unknown-field",
    "object-wrong-type",
    "object-missing-field",
    "object-invalid-value",
    "object-condition",
    "object-name",
    "object-provider-id",
    "old-object",
    "unknown-distribution",
    "adoption",
    "home-mount",
    "workers-metrics",
    "probe-tls",
    "unwatched-reference",
    "missing-key",
    "absent-reference",
    "ingress-rules",
    "allowed-from",
    "unread-field",
    "old-command",
    "old-variable",
)


@cache
def load_manifest_rule(rule_id: str) -> ManifestRule:
    """Return a rule, importing its module."""
    module = rule_id.replace("-", "_")
    rule: ManifestRule = import_module(f"{__name__}.{module}").RULE
    return rule


def load_manifest_rules() -> Iterator[ManifestRule]:
    """Yield every rule."""
    return map(load_manifest_rule, MANIFEST_RULE_IDS)
