"""Rules of `network.policy.ingress` that cut off who is meant to reach the server.

Rules that are given replace those of the operator, they are not added: the object's
own namespace, the operator (its status stays empty) and the router of
`externalAccess` must be among them. With `policy.enabled: false` no rule counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import as_list, as_mapping, mapping_at
from stackcfg.releases.server_places import SERVER_PORT
from stackcfg.validation.manifest_rule import (
    INFO,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, key_of

_NETWORK: Final = ("spec", "network")
_POLICY: Final = (*_NETWORK, "policy")
_INGRESS: Final = (*_POLICY, "ingress")
_NAMESPACE: Final = "kubernetes.io/metadata.name"

Peer = Mapping[Any, Any]


def check(inspection: ManifestInspection) -> Findings:
    rules = [rule for _, rule in inspection.items(*_INGRESS)]
    if rules:
        yield from _check_rules(inspection, rules)


def _check_rules(inspection: ManifestInspection, rules: list[Peer]) -> Findings:
    if inspection.value(*_POLICY, "enabled") is False:
        yield RuleFinding(
            key_of(*_INGRESS),
            "'policy.enabled' is false: these rules have no effect",
            help="remove the rules, or 'enabled: false'",
        )
        return
    port = inspection.value(*_NETWORK, "port") or SERVER_PORT
    open_rules = [rule for rule in rules if _opens(rule, port)]
    if not open_rules:
        yield RuleFinding(
            key_of(*_INGRESS),
            f"no rule opens port {port}: nobody reaches the server",
            help=f"write 'port: {port}' in 'ports'",
        )
        return
    if any(_lets_all_in(rule) for rule in open_rules):
        return
    peers = [peer for rule in open_rules for peer in _peers(rule)]
    yield from _check_peers(inspection, peers)


def _check_peers(inspection: ManifestInspection, peers: list[Peer]) -> Findings:
    left_out: list[str] = []
    if not any(_is_own(inspection, peer) for peer in peers):
        left_out.append("the pods of its own namespace")
    is_exposed = inspection.value(*_NETWORK, "externalAccess", "enabled") is True
    if is_exposed and not any(_mentions(peer, ("ingress",)) for peer in peers):
        left_out.append("the router of 'externalAccess'")
    severity = WARNING
    advice = "add them in 'from'; 'podSelector: {}' is the own namespace"
    if not left_out:
        severity = INFO
        advice = "add its namespace in 'from', or the object's status stays empty"
    if not any(_mentions(peer, ("operator", "redhat-ods")) for peer in peers):
        left_out.append("the operator")
    if left_out:
        yield RuleFinding(
            key_of(*_INGRESS),
            "these rules replace those of the operator, and leave out "
            + " and ".join(left_out),
            help=advice,
            severity=severity,
        )


def _opens(rule: Mapping[Any, Any], port: Any) -> bool:
    ports = as_list(rule.get("ports"))
    return not ports or any(_covers(as_mapping(each), port) for each in ports)


def _covers(entry: Mapping[Any, Any], port: Any) -> bool:
    first = entry.get("port")
    last = entry.get("endPort", first)
    if not all(isinstance(each, int) for each in (first, last, port)):
        # a name, or what is not known yet
        return True
    return bool(first <= port <= last)


def _peers(rule: Mapping[Any, Any]) -> Iterator[Peer]:
    return map(as_mapping, as_list(rule.get("from")))


def _lets_all_in(rule: Mapping[Any, Any]) -> bool:
    peers = list(_peers(rule))
    return not peers or any(_is_everyone(peer) for peer in peers)


def _is_everyone(peer: Peer) -> bool:
    return peer.get("namespaceSelector") == {} and not peer.get("podSelector")


def _is_own(inspection: ManifestInspection, peer: Peer) -> bool:
    if "ipBlock" in peer:
        return False
    if "namespaceSelector" not in peer:
        return "podSelector" in peer
    labels = mapping_at(peer, ("namespaceSelector", "matchLabels"))
    name = labels.get(_NAMESPACE)
    own = inspection.object.namespace
    return is_unknown(name) or is_unknown(own) or bool(own and name == own)


def _mentions(peer: Peer, words: tuple[str, ...]) -> bool:
    """Return whether a peer can be somebody, by a word in its namespaces."""
    selector = peer.get("namespaceSelector")
    if selector is None:
        return False
    text = str(selector)
    return is_unknown(text) or any(word in text for word in words)


RULE = ManifestRule("ingress-rules", WARNING, __doc__, check)
