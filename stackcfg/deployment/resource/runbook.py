"""The steps in which a deployment moves from the old operator to the new one.

The old volume claim belongs to the old object: deleting that deletes
the data. The new operator looks adopted objects up by a label that the
old ones do not have (`main.go`, `legacy_adoption.go` of 0.14.0), so
that it is set by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.resource.config_maps import label_steps
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.image import is_from_upstream
from stackcfg.deployment.resource.workload import (
    MANAGED_BY,
    NEW_MANAGER,
    ROOT_HOME,
    may_miss_volume,
)
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.custom_resources import WATCH_LABEL, WATCHED
from stackcfg.releases.resource_paths import OLD_CLAIM
from stackcfg.yamltext.document import Node

_OLD_NAMESPACE: Final = "llama-stack-k8s-operator-system"
"""Where upstream installed the old operator."""

EXPOSE: Final = ("spec", "network", "exposeRoute")
_PARAMETER: Final = lazy_pattern(r"\$\{(\w+)\}")


def write_runbook(conversions: Sequence[Conversion]) -> Iterator[str]:
    """Yield the steps for all servers of a run, the volumes first.

    A name with a parameter of a template is written as it is: a shell
    reads a variable in it.
    """
    steps = list(_steps(conversions))
    names = dict.fromkeys(_PARAMETER.findall("\n".join(steps)))
    if names:
        listed = " ".join(f"{name}=VALUE" for name in names)
        yield f"set what these commands read, as in the cluster: {listed}"
    yield from steps


def _steps(conversions: Sequence[Conversion]) -> Iterator[str]:
    with_volume = [each for each in conversions if _has_volume(each)]
    for each in with_volume:
        yield from _keep_volume(each)
    yield _stop_operator(conversions)
    for each in conversions:
        yield _stop_server(each)
    for each in conversions:
        yield from _label(each)
    for each in with_volume:
        if each.config_maps:
            yield (
                "if this report names a command 'stackcfg data copy', run it now, in a "
                f"pod that mounts '{each.names.volume}'"
            )
    yield f"install the new operator, then apply the result: {_apply(conversions)}"
    for each in conversions:
        yield from _verify(each)
    for each in conversions:
        yield from _remove(each)


def _apply(conversions: Sequence[Conversion]) -> str:
    """Return the command that brings the result into the cluster."""
    roots = [each.source.document.root.target for each in conversions]
    if not any(_is_template(root) for root in roots):
        return "kubectl apply -f FILE"
    return "oc process -f FILE -p NAME=VALUE | oc apply -f -"


def _is_template(root: Node) -> bool:
    """Return whether a document is a template of OpenShift: to apply it
    makes no object of those in it.
    """
    kind = root.get("kind")
    return kind is not None and kind.text == "Template"


def _stop_operator(conversions: Sequence[Conversion]) -> str:
    how = f"kubectl scale deployment --all -n {_OLD_NAMESPACE} --replicas=0"
    if not all(map(is_from_upstream, conversions)):
        # that of a vendor is in a namespace with others
        how = "scale its Deployment to 0, which 'kubectl get deployment -A' names"
    return (
        "stop the old operator, but do not delete its CRD, which would delete every "
        f"server and volume: {how}"
    )


def _stop_server(conversion: Conversion) -> str:
    kubectl, old = _kubectl(conversion), conversion.names.old
    return (
        f"stop the old server: {kubectl} scale deployment {old} --replicas=0 && "
        f"{kubectl} wait --for=delete pod -l app.kubernetes.io/instance={old} "
        "--timeout=5m"
    )


def _kubectl(conversion: Conversion) -> str:
    """Return `kubectl` with the namespace of the server, if it is known."""
    namespace = conversion.names.namespace
    if not namespace:
        return "kubectl"
    return f"kubectl -n {namespace}"


def _has_volume(conversion: Conversion) -> bool:
    """Return whether the old server has a volume of its own."""
    return conversion.entry(OLD_CLAIM) is not None


def _keep_volume(conversion: Conversion) -> Iterator[str]:
    """Yield the steps after which the volume outlives its claim."""
    kubectl, claim = _kubectl(conversion), conversion.names.volume
    if may_miss_volume(conversion):
        yield (
            f"copy what is in {ROOT_HOME}/.llama of the pod to the volume, if there is "
            f"anything: {kubectl} exec deployment/{conversion.names.old} -- "
            f"ls -R {ROOT_HOME}/.llama /.llama"
        )
    yield (
        f"back up volume '{claim}', and keep it whatever happens to its claim: "
        f"kubectl patch pv $({kubectl} get pvc {claim} -o "
        "jsonpath='{.spec.volumeName}') --type=merge -p "
        '\'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\''
    )


def _label(conversion: Conversion) -> Iterator[str]:
    """Yield the steps that let the new operator see what it is to use."""
    kubectl, names = _kubectl(conversion), conversion.names
    adopted: list[str] = []
    if _has_volume(conversion):
        adopted += [f"pvc/{names.volume}", f"deployment/{names.old}"]
    if conversion.settings.adopt_networking:
        adopted.append(f"service/{names.old_service}")
        if conversion.data(EXPOSE):
            adopted.append(f"ingress/{names.old}-ingress")
    if adopted:
        yield (
            "let the new operator see what it adopts: "
            f"{kubectl} label --overwrite {' '.join(adopted)} {MANAGED_BY}={NEW_MANAGER}"
        )
    yield from label_steps(conversion, kubectl)
    for name in dict.fromkeys(conversion.unlabelled):
        yield (
            "let the new operator see the ConfigMap: "
            f"{kubectl} label --overwrite configmap/{name} {WATCH_LABEL}={WATCHED}"
        )


def _verify(conversion: Conversion) -> Iterator[str]:
    """Yield the steps that show whether the new server is right."""
    kubectl, names = _kubectl(conversion), conversion.names
    yield (
        f"wait until the new server is ready: {kubectl} wait ogxserver/{names.new} "
        "--for=jsonpath='{.status.phase}'=Ready --timeout=10m"
    )
    if _has_volume(conversion):
        yield (
            "the claim must have no owner any more (empty output): "
            f"{kubectl} get pvc {names.volume} -o "
            "jsonpath='{.metadata.ownerReferences}'; if it has one: "
            f"{kubectl} patch pvc {names.volume} --type=json -p "
            '\'[{"op":"remove","path":"/metadata/ownerReferences"}]\''
        )


def _remove(conversion: Conversion) -> Iterator[str]:
    """Yield the steps that remove the old object, and what it leaves."""
    kubectl, names = _kubectl(conversion), conversion.names
    yield (
        "only then delete the old object, without what it owns: "
        f"{kubectl} delete llamastackdistribution {names.old} --cascade=orphan"
    )
    left = [f"deployment/{names.old}", f"serviceaccount/{names.old}-sa"]
    if not conversion.settings.adopt_networking:
        left.append(f"service/{names.old_service}")
        if conversion.data(EXPOSE):
            left.append(f"ingress/{names.old}-ingress")
    yield (
        f"remove what it leaves: {kubectl} delete --ignore-not-found {' '.join(left)}"
    )
