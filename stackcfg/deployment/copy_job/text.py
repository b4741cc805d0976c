"""The YAML of a Job, with what to do with it at its head."""

from __future__ import annotations

from typing import Any

import yaml

from stackcfg.deployment.copy_job.job import JobOptions, build_objects, name_job
from stackcfg.deployment.copy_job.server_pods import ServerPod


class _Dumper(yaml.SafeDumper):
    """Writes a string of several lines as such, and everything without anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Return that every value is written out."""
        return True


def _represent_string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_string)


def write_job(old: ServerPod, new: ServerPod, options: JobOptions) -> str:
    """Return the manifest of a Job. Raises `StackcfgError`."""
    documents = [
        yaml.dump(each, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
        for each in build_objects(old, new, options)
    ]
    return "".join([*_head(old, new), "---\n".join(documents)])


def _head(old: ServerPod, new: ServerPod) -> list[str]:
    kubectl = "kubectl"
    if new.namespace:
        kubectl = f"kubectl -n {new.namespace}"
    name = name_job(new)
    lines = (
        f"Copies the rows of {old.title} to where {new.title} reads them.",
        "Stop the old server, and do not start the new one yet. Then:",
        f"  {kubectl} apply -f FILE",
        f"  {kubectl} get job/{name} --watch",
        f"  {kubectl} logs job/{name} --all-containers",
        "A Job that failed wrote each database completely or not at all. This continues:",
        f"  {kubectl} replace --force -f FILE",
    )
    return [f"# {line}".rstrip() + "\n" for line in lines]
