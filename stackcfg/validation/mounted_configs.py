"""The release of a run config that an `OGXServer` mounts.

A config in a ConfigMap can be of an old release by all that is in it.
If an object of ogx's operator names the ConfigMap, the server that
reads it is one of ogx.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.configs import RunConfig
from stackcfg.manifests.objects import (
    CONFIG_MAP,
    SERVER,
    ManifestObject,
    can_be_same_namespace,
)
from stackcfg.paths import mapping_at, value_at
from stackcfg.releases.changes import OPERATED_SINCE
from stackcfg.releases.families import Target, families, parse_target
from stackcfg.releases.server_environment import split_image
from stackcfg.validation.manifest_detection import OtherFiles
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.values import data_of

_CONFIG = ("spec", "overrideConfig")
_IMAGE = ("spec", "distribution", "image")


def target_of_server(
    config: RunConfig, objects: Sequence[ManifestObject], others: OtherFiles | None
) -> Target | None:
    """Return the release of the `OGXServer` that mounts a config; None
    if there is none.
    """
    mounted = _find_holder(config)
    if mounted is None:
        return None
    for server in _servers_with(objects, mounted):
        return _target_of(server)
    if others is None:
        return None
    elsewhere = others.find({mounted.name})
    # an old file and the new one beside it have a ConfigMap of one name
    own = {each.file for each in elsewhere if _is_config_map(each, mounted)}
    for server in _servers_with(elsewhere, mounted):
        if server.file not in own:
            return _target_of(server)
    return None


class _ConfigMap(NamedTuple):
    """The ConfigMap that holds a config, and the key of it."""

    name: str
    namespace: str
    key: str


def _find_holder(config: RunConfig) -> _ConfigMap | None:
    if not config.holders:
        return None
    path = config.holders[-1].path
    if path[-2:-1] != ("data",):
        return None
    holder = config.file_document.root.at(path[:-2])
    if holder is None:
        return None
    try:
        metadata = mapping_at(data_of(holder), ("metadata",))
    except ParseError:
        return None
    name, namespace = metadata.get("name"), metadata.get("namespace", "")
    if not isinstance(name, str) or not isinstance(namespace, str):
        return None
    return _ConfigMap(name, namespace, str(path[-1]))


def _servers_with(
    objects: Sequence[ManifestObject], mounted: _ConfigMap
) -> Iterator[ManifestObject]:
    for each in objects:
        reference = mapping_at(each.data, _CONFIG)
        names = (reference.get("name"), reference.get("key"))
        if each.kind != SERVER or names != (mounted.name, mounted.key):
            continue
        if can_be_same_namespace(each.namespace, mounted.namespace):
            yield each


def _is_config_map(found: ManifestObject, mounted: _ConfigMap) -> bool:
    return found.kind == CONFIG_MAP and found.name == mounted.name


def _target_of(server: ManifestObject) -> Target:
    """Return the release that the image's tag names, else the newest one."""
    image = value_at(server.data, _IMAGE)
    if isinstance(image, str):
        with suppress(ValueError):
            named = parse_target(split_image(image).tag)
            if named.last >= OPERATED_SINCE:
                return named
    return families()[-1]
