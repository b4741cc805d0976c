"""Files that people take for run configs: what each is, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.paths import Path, as_list, as_mapping, mapping_at, value_at
from stackcfg.patterns import lazy_pattern

Data = Mapping[Any, Any]

CHART_KEYS: Final = frozenset(
    {
        "affinity",
        "autoscaling",
        "fullnameOverride",
        "global",
        "image",
        "imagePullSecrets",
        "ingress",
        "livenessProbe",
        "nameOverride",
        "nodeSelector",
        "podAnnotations",
        "podLabels",
        "podSecurityContext",
        "readinessProbe",
        "replicaCount",
        "resources",
        "securityContext",
        "serviceAccount",
        "tolerations",
        "volumeMounts",
        "volumes",
    }
)
"""Keys that `helm create` writes into the values of a chart; no run config has one."""

NOTEBOOK_KEYS: Final = frozenset({"cells", "nbformat"})
"""Keys that every notebook of Jupyter has."""

_WRITTEN_CONFIG: Final = lazy_pattern(r"(?<![\w\"'])provider_type:[ \t]")
_MODULE: Final = lazy_pattern(r"[a-z]\w*\.[a-z]\w*\.[a-z]\w*")
_DASHBOARD_KEYS: Final = frozenset({"providers", "registered_resources"})

_ENOUGH_CHART_KEYS: Final = 2
_RENDER: Final = "render the chart ('helm template'), and name what it writes"


class OtherFile(NamedTuple):
    """What a document is that is no run config: a noun,
    where it shows, advice.
    """

    what: str
    path: Path
    hint: str = ""


def other_kind(data: Data) -> OtherFile | None:
    """Return what a document certainly is, if that is no run config."""
    for read in _READERS:
        found = read(data)
        if found is not None:
            return found
    return None


def json_patch(data: Any) -> OtherFile | None:
    """Return what a list is that is a JSON patch (RFC 6902),
    None if it is none.
    """
    operations = as_list(data)
    if not operations:
        return None
    if not all({"op", "path"} <= as_mapping(each).keys() for each in operations):
        return None
    hint = "migrate it with its base: kustomize build FOLDER | stackcfg migrate -"
    return OtherFile("a JSON patch", (), hint)


def other_list(data: Any) -> OtherFile | None:
    """Return what a list is that is no document of a run
    config, if that is known.
    """
    return json_patch(data) or _ansible_tasks(data)


def _ansible_tasks(data: Any) -> OtherFile | None:
    """Return what a list is that is one of Ansible: plays, or tasks of modules.

    The name of a module has its collection: `kubernetes.core.k8s`.
    """
    items = [as_mapping(each) for each in as_list(data)]
    if not any("hosts" in each or any(map(_is_module, each)) for each in items):
        return None
    hint = (
        "name the run config, or the object that it writes, with its values filled in"
    )
    return OtherFile("a list of Ansible tasks", (), hint)


def _is_module(key: Any) -> bool:
    return _MODULE.fullmatch(str(key)) is not None


class _Kind(NamedTuple):
    """A kind of file that has a certain key, and what else it must have."""

    what: str
    is_meant: Callable[[Data], bool]
    hint: str = ""


def _has_services(data: Data) -> bool:
    services = list(mapping_at(data, ("services",)).values())
    return bool(services) and all(isinstance(each, Mapping) for each in services)


def _has_paths(data: Data) -> bool:
    return "paths" in data


def _has_trigger(data: Data) -> bool:
    # YAML 1.1 reads the key 'on' as true
    return "on" in data or True in data


def _has_repositories(data: Data) -> bool:
    return isinstance(data["repos"], list)


def _has_chart_version(data: Data) -> bool:
    return "kind" not in data and "name" in data and "version" in data


def _lists_files(data: Data) -> bool:
    files = as_list(data["resources"])
    return bool(files) and all(isinstance(each, str) for each in files)


def _always(_data: Data) -> bool:
    return True


_KUSTOMIZATION: Final = _Kind(
    "a kustomization",
    _always,
    "name the run config or ConfigMap that it lists",
)

_KINDS: Final[Mapping[str, _Kind]] = {
    "services": _Kind(
        "a Compose file",
        _has_services,
        "name the run config that a service mounts",
    ),
    "configMapGenerator": _KUSTOMIZATION,
    "secretGenerator": _KUSTOMIZATION,
    "resources": _KUSTOMIZATION._replace(is_meant=_lists_files),
    "apiVersion": _Kind(
        "the description of a Helm chart",
        _has_chart_version,
        _RENDER,
    ),
    "config_class": _Kind(
        "the definition of an external provider",
        _always,
        "name the run config that lists the provider",
    ),
    "openapi": _Kind("an OpenAPI description", _has_paths),
    "swagger": _Kind("an OpenAPI description", _has_paths),
    "jobs": _Kind("a CI workflow", _has_trigger),
    "repos": _Kind("a pre-commit config", _has_repositories),
}


def _read_kind(data: Data) -> OtherFile | None:
    for key, kind in _KINDS.items():
        if key in data and kind.is_meant(data):
            return OtherFile(kind.what, (key,), kind.hint)
    return None


def _read_build_config(data: Data) -> OtherFile | None:
    if "distribution_spec" not in data:
        return None
    # upstream: cli/stack/_build.py, to 0.3
    name = data.get("image_name") or "NAME"
    made = f"~/.llama/distributions/{name}/{name}-run.yaml"
    hint = f"name its run config: run.yaml or config.yaml beside it, or {made}"
    return OtherFile("a build config", ("distribution_spec",), hint)


def _read_service_config(data: Data) -> OtherFile | None:
    if not isinstance(data.get("llama_stack"), Mapping):
        return None
    what = "the config of a service that uses a server"
    path = ("llama_stack", "library_client_config_path")
    name = value_at(data, path)
    if isinstance(name, str):
        return OtherFile(what, path, f"its run config is '{name}'; name that")
    return OtherFile(what, ("llama_stack",), "name the run config of that server")


def _read_provider_lists(data: Data) -> OtherFile | None:
    if isinstance(data.get("providers"), Mapping):
        return None
    for key, value in data.items():
        if _lists_providers(value):
            hint = "write them under 'providers' of a run config"
            return OtherFile("the providers of one", (key,), hint)
    return None


def _read_dashboard_list(data: Data) -> OtherFile | None:
    """Return what the dashboard of OpenShift AI keeps its endpoints in.

    Source: the ConfigMaps `gen-ai-aa-custom-model-endpoints` and
    `gen-ai-aa-vector-stores` of opendatahub-io/odh-dashboard. No server
    starts from these sections alone: every release wants a name.
    """
    if data.keys() != _DASHBOARD_KEYS:
        return None
    what = "a list of endpoints, as the dashboard of OpenShift AI keeps them"
    hint = "leave it; a run config has a name, too: 'distro_name' or 'image_name'"
    return OtherFile(what, ("registered_resources",), hint)


def _lists_providers(value: Any) -> bool:
    """Return whether a value is what `providers` has under an API."""
    if not isinstance(value, list) or not value:
        return False
    return isinstance(as_mapping(value[0]).get("provider_type"), str)


def _read_notebook(data: Data) -> OtherFile | None:
    """Return a notebook of Jupyter (nbformat 4), with the cell that
    writes a run config.

    A cell is a list of lines, of which one alone can look like a run
    config.
    """
    if not data.keys() >= NOTEBOOK_KEYS:
        return None
    what = "a Jupyter notebook"
    for number, cell in enumerate(as_list(data["cells"])):
        source = as_mapping(cell).get("source", "")
        text = "".join(map(str, as_list(source))) or str(source)
        if _WRITTEN_CONFIG.search(text):
            hint = "this cell writes a run config: run it, then name what it writes"
            return OtherFile(what, ("cells", number, "source"), hint)
    return OtherFile(what, ("nbformat",))


_SERVER_OBJECTS: Final[Mapping[str, Sequence[Path]]] = {
    "LlamaStackDistribution": (
        ("spec", "server", "userConfig", "configMapName"),
        ("spec", "overrideConfig", "configMapName"),
    ),
    "OGXServer": (("spec", "overrideConfig", "name"),),
}
"""Objects of the operator, and where each names the ConfigMap of its
run config, in the order of the versions.
"""

_DECLARED_SECTIONS: Final = frozenset(
    {
        "baseConfig",
        "disabledAPIs",
        "providers",
        "resources",
        "storage",
    }
)
"""Sections of an OGXServer that its operator makes a run config from."""

_OBJECTS: Final[Mapping[str, tuple[str, str]]] = {
    "Application": (
        "an Argo CD application",
        "name the ConfigMap or run config that it deploys",
    ),
    "ApplicationSet": (
        "an Argo CD application set",
        "name the ConfigMap or run config that it deploys",
    ),
    "ConfigMap": (
        "a ConfigMap",
        "no text in its 'data' is a run config",
    ),
    "CustomResourceDefinition": (
        "the definition of a Kubernetes object",
        "name the ConfigMap that holds the run config",
    ),
    "Kustomization": (
        "a kustomization",
        "name the run config or ConfigMap that it lists",
    ),
    "Secret": (
        "a Secret",
        "no text in it is a run config",
    ),
    "Template": (
        "an OpenShift template",
        "process the template first ('oc process')",
    ),
}


def _read_object(data: Data) -> OtherFile | None:
    kind = data.get("kind")
    if not isinstance(kind, str):
        return None
    if "apiVersion" not in data and kind not in _OBJECTS:
        return None
    if kind in _SERVER_OBJECTS:
        return _read_server_object(data, kind)
    what, hint = _OBJECTS.get(kind, (f"a Kubernetes object of kind '{kind}'", ""))
    return OtherFile(what, ("kind",), hint)


def _read_server_object(data: Data, kind: str) -> OtherFile:
    what = f"an object of kind '{kind}'"
    for path in _SERVER_OBJECTS[kind]:
        name = value_at(data, path)
        if isinstance(name, str):
            hint = f"its run config is in the ConfigMap '{name}'; name the file of that"
            return OtherFile(what, path, hint)
    hint = "it names no ConfigMap: the server runs the config of its image"
    if not _DECLARED_SECTIONS.isdisjoint(mapping_at(data, ("spec",))):
        hint = "the operator makes the run config; name what it made"
    return OtherFile(what, ("kind",), hint)


def _read_chart_values(data: Data) -> OtherFile | None:
    keys = [key for key in data if key in CHART_KEYS]
    if len(keys) < _ENOUGH_CHART_KEYS:
        return None
    return OtherFile("the values of a Helm chart", (keys[0],), _RENDER)


_READERS: Final = (
    _read_kind,
    _read_notebook,
    _read_build_config,
    _read_object,
    _read_service_config,
    _read_provider_lists,
    _read_dashboard_list,
    _read_chart_values,
)
