"""Who may reach the server: the port, the way from outside, the NetworkPolicy.

The old operator made a policy only where a flag of the whole cluster
was on, and added its own rules to those of the user. The new one makes
a policy for every server, and the user's rules replace all of its own
(`networkpolicy_transformer.go` of both).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.settings import OFF, OPERATOR_NAMESPACE
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.resource_paths import OLD_CONTAINER, OLD_VARIABLES, OLD_WORKLOAD
from stackcfg.releases.server_places import SERVER_PORT

PORT: Final = (*OLD_CONTAINER, "port")
WORKERS: Final = (*OLD_WORKLOAD, "workers")
ALLOWED: Final = ("spec", "network", "allowedFrom")
NAMESPACES: Final = (*ALLOWED, "namespaces")
LABELS: Final = (*ALLOWED, "labels")
POLICY: Final = ("spec", "network", "policy")
WORKER_VARIABLES: Final = ("LLS_WORKERS", "OGX_WORKERS")
_WORKERS_FLAG: Final = lazy_pattern(r"--workers[ =]+(\d+)")
METRICS_PORT: Final = 9464
NAME_LABEL: Final = "kubernetes.io/metadata.name"
GROUP_LABEL: Final = "network.openshift.io/policy-group"


def port(conversion: Conversion, row: FieldChange) -> None:
    """Move the port; 0 means the default and is left out."""
    if conversion.data(row.old) == 0:
        conversion.info(
            f"port 0 means the default, {SERVER_PORT}, and is left out", row.old
        )
        return
    conversion.move(row)


def allowed_from(conversion: Conversion, _row: FieldChange) -> None:
    """Write the ingress rules for namespaces and labels, once."""
    if conversion.settings.network_policy == OFF:
        return
    new = (*POLICY, "ingress")
    if conversion.tree.at(new) is not None or not _has_rules(conversion):
        return
    port = {"protocol": "TCP", "port": conversion.data(PORT) or SERVER_PORT}
    rules = [{"from": list(_peers(conversion)), "ports": [port]}]
    if not _has_several_workers(conversion):
        peer = _namespace_with(GROUP_LABEL, "monitoring")
        ports = [{"protocol": "TCP", "port": METRICS_PORT}]
        rules.append({"from": [peer], "ports": ports})
    conversion.put(new, rules, ALLOWED)
    conversion.check(
        "rules of an OGXServer replace the operator's own, which are written out; "
        "'allowedFrom' counted only with the feature flag 'enableNetworkPolicy': "
        "without it, '--network-policy off' keeps the server as open as it was",
        ALLOWED,
    )
    namespace = conversion.settings.operator_namespace
    if names_operator(conversion) and namespace == OPERATOR_NAMESPACE:
        conversion.check(
            f"the operator is expected in namespace '{namespace}'; "
            "'--operator-namespace' names another one",
            ALLOWED,
        )


def names_operator(conversion: Conversion) -> bool:
    """Return whether a rule is written that lets the operator's namespace in."""
    if conversion.settings.network_policy == OFF or not _has_rules(conversion):
        return False
    return "*" not in _names_at(conversion, NAMESPACES)


def _has_rules(conversion: Conversion) -> bool:
    """Return whether the object allows anybody by name."""
    return bool(_names_at(conversion, NAMESPACES) or _names_at(conversion, LABELS))


def _names_at(conversion: Conversion, path: Path) -> list[str]:
    """Return the strings of a list: an entry of another type names nothing."""
    names = list_at(conversion.source.data, path)
    return [name for name in names if isinstance(name, str)]


def _peers(conversion: Conversion) -> Iterator[dict[str, Any]]:
    """Yield who may reach the server, as the old operator let them."""
    namespaces = _names_at(conversion, NAMESPACES)
    if "*" in namespaces:
        yield {"namespaceSelector": {}}
        return
    yield {"podSelector": {}}
    operator = conversion.settings.operator_namespace
    for name in dict.fromkeys((operator, *namespaces)):
        yield _namespace_with(NAME_LABEL, name)
    for label in _names_at(conversion, LABELS):
        expression = {"key": label, "operator": "Exists"}
        yield {"namespaceSelector": {"matchExpressions": [expression]}}
    yield _namespace_with(GROUP_LABEL, "ingress")


def _namespace_with(label: str, value: object) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {label: value}}}


def _has_several_workers(conversion: Conversion) -> bool:
    """Return whether the field, a variable or the command asks for several."""
    workers = conversion.data(WORKERS)
    if isinstance(workers, int) and workers > 1:
        return True
    counts: list[str] = []
    for variable in list_at(conversion.source.data, OLD_VARIABLES):
        given = as_mapping(variable)
        if given.get("name") in WORKER_VARIABLES:
            counts.append(str(given.get("value")))
    for section in ("command", "args"):
        words = list_at(conversion.source.data, (*OLD_CONTAINER, section))
        text = " ".join(map(str, words))
        counts += _WORKERS_FLAG.findall(text)
    return any(count.isdecimal() and int(count) > 1 for count in counts)


def network_policy(conversion: Conversion, row: FieldChange) -> None:
    """Switch the policy off where that is asked for; else say that there is one."""
    if conversion.settings.network_policy == OFF:
        conversion.put(row.new, False)
        return
    if _has_rules(conversion):
        return
    path: Path = ("spec", "network")
    if conversion.entry(ALLOWED) is not None:
        path = ALLOWED
    conversion.check(
        "a NetworkPolicy becomes active: only the server's own namespace and the "
        "operator reach it; '--network-policy off' keeps it open, as it was without "
        "the operator's feature flag 'enableNetworkPolicy'",
        path,
    )


def monitoring(conversion: Conversion, row: FieldChange) -> None:
    """Switch monitoring off for several workers.

    Each worker binds the port of the metrics, and the second one fails
    to start (ogx 1.5.0, run).
    """
    if not _has_several_workers(conversion):
        return
    conversion.put(row.new, False)
    conversion.info(
        "monitoring is switched off: with more than one worker, the second cannot "
        f"bind the metrics port {METRICS_PORT} and the server fails to start",
        WORKERS,
    )
