"""The variables of a Job that stands for two servers.

A variable of the old server that the new one has otherwise, or not at
all, gets a prefix: the data commands read it for the old config alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from stackcfg.data.environment import OLD_PREFIX
from stackcfg.deployment.copy_job.mounted_configs import Fields
from stackcfg.deployment.copy_job.server_pods import ServerPod
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.stores import location_facts
from stackcfg.runconfig.values import as_string

_CONFIG: Final = lazy_pattern(r"\$\{env\.([A-Za-z_]\w*)")
_INSERTED: Final = lazy_pattern(r"\$\(([A-Za-z_]\w*)\)")
"""Match variables that a run config, and that another variable inserts."""


def merge_variables(old: ServerPod, new: ServerPod) -> list[Fields]:
    """Return the entries of `env` for both servers, those of the new one first."""
    before, after = _used_variables(old), _used_variables(new)
    found = [*after.values()]
    different = [name for name, entry in before.items() if after.get(name) != entry]
    # what is inserted must be the value of the old server, too
    renamed = _with_inserted(different, before)
    for name in before:
        if name in renamed:
            found.append(_rename(before[name], renamed))
    # empty counts as unset
    absent = [name for name in after if name not in before]
    found += [{"name": OLD_PREFIX + name, "value": ""} for name in absent]
    return found


def merge_sources(old: ServerPod, new: ServerPod) -> list[Fields]:
    """Return the entries of `envFrom` for both servers."""
    found = [*new.sources]
    for each in old.sources:
        if each not in new.sources:
            prefix = OLD_PREFIX + as_string(each.get("prefix"))
            found.append({**each, "prefix": prefix})
    return found


def literal_variables(pod: ServerPod) -> dict[str, str]:
    """Return the values of the variables of a server.

    The name of a variable stands for a value from elsewhere.
    """
    found: dict[str, str] = {}
    for name, entry in _entries(pod).items():
        value = as_string(entry.get("value"))
        if "valueFrom" in entry:
            value = name.lower()
        found[name] = _INSERTED.sub(lambda match: found.get(match[1], match[0]), value)
    return found


def _entries(pod: ServerPod) -> dict[str, Fields]:
    return {as_string(each.get("name")): each for each in pod.variables}


def _used_variables(pod: ServerPod) -> dict[str, Fields]:
    """Return the variables that say where rows are, in the order of the pod."""
    entries = _entries(pod)
    wanted = {*_CONFIG.findall(pod.config.text), *_folder_variables()}
    if not pod.config.text:
        wanted = set(entries)
    used = _with_inserted(wanted, entries)
    return {name: entry for name, entry in entries.items() if name in used}


def _with_inserted(names: Iterable[str], entries: Mapping[str, Fields]) -> set[str]:
    """Return names that have entries, and those that their values insert."""
    waiting = list(names)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in entries and name not in found:
            found.add(name)
            value = as_string(entries[name].get("value"))
            waiting += _INSERTED.findall(value)
    return found


def _folder_variables() -> Iterator[str]:
    facts = location_facts()["default_backends"]
    yield facts["variable"]
    for home in facts["homes"]:
        yield home["variable"]


def _rename(entry: Fields, renamed: set[str]) -> Fields:
    """Return an entry for the old config alone."""

    def insert(match: re.Match[str]) -> str:
        if match[1] in renamed:
            return f"$({OLD_PREFIX}{match[1]})"
        return match[0]

    made = {**entry, "name": OLD_PREFIX + as_string(entry.get("name"))}
    if isinstance(entry.get("value"), str):
        made["value"] = _INSERTED.sub(insert, entry["value"])
    return made
