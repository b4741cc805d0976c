"""What the server reads from ConfigMaps: its run config, and certificates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from stackcfg.deployment.files import new_name
from stackcfg.deployment.resource.conversion import (
    Conversion,
    UserConfig,
)
from stackcfg.manifests.generated_objects import GeneratedObject, find_generated
from stackcfg.manifests.objects import CONFIG_MAP, ManifestObject
from stackcfg.paths import as_mapping, list_at, mapping_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.custom_resources import (
    MOUNTED_CONFIG_KEYS,
    WATCH_LABEL,
    WATCHED,
    WRITTEN_LABEL,
)
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.resource_paths import (
    NEW_MOUNTS,
    OLD_BUNDLE,
    OLD_CONFIG,
    OLD_CONTAINER,
    OLD_MOUNTS,
    OLD_USER_CONFIG,
)
from stackcfg.releases.server_places import OLD_MOUNTED_CONFIG

DEFAULT_CERTIFICATES: Final = "ca-bundle.crt"
FILES_VOLUME: Final = "user-config-files"
_READ_FILE: Final = lazy_pattern(r"/etc/llama-stack/((?:config|run)\.yaml)")


def find_user_config(conversion: Conversion) -> UserConfig | None:
    """Return the ConfigMap with the run config; None if the object names none."""
    given = as_mapping(conversion.data(OLD_USER_CONFIG))
    name = given.get("configMapName")
    if not isinstance(name, str) or not name:
        return None
    found = next(iter(find_config_maps(conversion, name)), None)
    elsewhere = given.get("configMapNamespace")
    hint = found
    if found is None and isinstance(elsewhere, str):
        hint = conversion.files.manifests.find(CONFIG_MAP, name, elsewhere)
    keys: list[Any] = []
    if hint is not None:
        keys += as_mapping(hint.data.get("data"))
    made = find_generated(conversion.files.manifests, CONFIG_MAP, name)
    if made is None:
        return UserConfig(name, _find_key(conversion, keys), found)
    keys += made.keys
    key = _find_key(conversion, keys)
    path = made.files.get(key, "")
    file = conversion.files.name_beside(made.source.file, path) or ""
    text = conversion.files.texts.get(file, "")
    return UserConfig(
        name=name,
        key=key,
        object=found,
        file=file,
        file_text=text,
        made=made,
    )


def _is_labelled(made: GeneratedObject) -> bool:
    labels = mapping_at(made.data, ("options", "labels"))
    return bool(labels.get(WATCH_LABEL) == WATCHED)


def files_of_config(conversion: Conversion) -> Iterator[str]:
    """Yield the file that a kustomization makes the run config from."""
    config = conversion.user_config
    if config is None or config.object is not None:
        return
    made = config.made
    if config.file:
        yield config.file
    elif (
        made is not None
        and config.key in made.keys
        and not made.files.get(config.key, "")
    ):
        yield made.source.file


def find_config_maps(conversion: Conversion, name: str) -> list[ManifestObject]:
    """Return the ConfigMaps of a name in the server's own namespace.

    A run over a folder can hold several, such as the result of an
    earlier run. Those in the file of the server come first.
    """
    own = conversion.names.namespace
    found = [
        each
        for each in conversion.files.manifests.of_kind(CONFIG_MAP)
        if each.name == name and (not own or each.namespace in ("", own))
    ]
    found.sort(key=lambda each: each.file != conversion.source.file)
    return found


def _find_key(conversion: Conversion, keys: Sequence[Any]) -> str:
    """Return the key of the run config: as asked, as given, as started, as usual."""
    if conversion.settings.config_key:
        return conversion.settings.config_key
    for key in MOUNTED_CONFIG_KEYS:
        if key in keys:
            return key
    files = [key for key in keys if str(key).endswith((".yaml", ".yml"))]
    if len(files) == 1:
        return str(files[0])
    named = _READ_FILE.search(str(conversion.data(OLD_CONTAINER)))
    if named is not None:
        return named[1]
    return MOUNTED_CONFIG_KEYS[0]


def user_config(conversion: Conversion, row: FieldChange) -> None:
    """Move the name of the ConfigMap, and write the key that is mounted."""
    config = conversion.user_config
    if config is None:
        return
    conversion.move(row)
    conversion.put((*row.new[:-1], "key"), config.key)
    if "tls_certfile" in config.text:
        conversion.action(
            "the run config has a certificate, which the old operator ignored; with it "
            "the server speaks HTTPS, and the operator's probe, which speaks HTTP, "
            "never succeeds: remove 'tls_certfile' and 'tls_keyfile'",
            row.old,
        )
    conversion.config_maps += find_config_maps(conversion, config.name)
    if config.object is None and config.made is not None:
        _note_generated(conversion, row, config.made)
    elif config.object is None:
        conversion.unlabelled.append(config.name)
        conversion.check(
            f"ConfigMap '{config.name}' is not in the input: migrate its run config, "
            f"label it '{WRITTEN_LABEL}', and check that its key is "
            f"'{config.key}' ('--config-key' names another one)",
            row.old,
        )
    elif config.key not in as_mapping(config.object.data.get("data")):
        conversion.action(
            f"ConfigMap '{config.name}' has no key '{config.key}'; the new operator "
            "makes no pod without it; name the key of the run config with "
            "'--config-key'",
            row.old,
        )


def _note_generated(
    conversion: Conversion, row: FieldChange, made: GeneratedObject
) -> None:
    """Say what to write in the kustomization that makes the ConfigMap."""
    name, file = made.data["name"], made.source.file
    node = made.source.node.at(made.path) or made.source.node
    line = made.source.document.position(node.start).line
    where = f"configMapGenerator of {file}, line {line}"
    if not _is_labelled(made):
        conversion.action(
            f"ConfigMap '{name}' comes from the {where}: add 'options: {{labels: "
            f"{{{WRITTEN_LABEL}}}}}' there, or the new operator makes no pod",
            row.old,
        )
    _note_generated_text(
        conversion,
        row,
        made,
        where,
    )
    if made.has_hash:
        conversion.action(
            f"kustomize adds a hash to the name '{name}' ({where}), and does not know "
            "'spec/overrideConfig/name' of OGXServer: name it in a 'nameReference', or "
            "set 'disableNameSuffixHash: true'",
            row.old,
        )


def _note_generated_text(
    conversion: Conversion, row: FieldChange, made: GeneratedObject, where: str
) -> None:
    """Say where the new run config is, which the old server does not read."""
    config = conversion.user_config
    if config is None:
        return
    path = made.files.get(config.key, "")
    if config.file:
        conversion.action(
            f"the run config of the new server is in '{new_name(path)}', since the old "
            f"one reads '{path}': write '{config.key}={new_name(path)}' in the {where}",
            row.old,
        )
    elif path:
        conversion.check(
            f"'{path}' of the {where} is not in the input: name it in this run, too, "
            "or migrate it by itself",
            row.old,
        )
    elif config.key in made.keys:
        conversion.action(
            f"the run config in the {where} stays as it is for the old server; take "
            f"the new one from '{new_name(made.source.file)}' when that is gone",
            row.old,
        )


def user_config_namespace(conversion: Conversion, row: FieldChange) -> None:
    """Drop the namespace: only the server's own ever worked."""
    namespace = conversion.data(row.old)
    if not namespace or namespace == conversion.names.namespace:
        return
    conversion.action(
        f"the ConfigMap in namespace '{namespace}' never reached the pod, which "
        "mounted the one of this name in its own namespace; the new operator reads "
        "that one, too: make sure that it holds the run config",
        row.old,
    )


def ca_bundle(conversion: Conversion, row: FieldChange) -> None:
    """Write one entry for each key of the bundle, in order."""
    name = conversion.data(row.old)
    keys = list_at(conversion.source.data, (*OLD_BUNDLE, "configMapKeys"))
    certificates = [
        {"name": name, "key": key} for key in keys or [DEFAULT_CERTIFICATES]
    ]
    conversion.put(row.new, certificates, row.old)
    namespace = conversion.data((*OLD_BUNDLE, "configMapNamespace"))
    if namespace and namespace != conversion.names.namespace:
        return
    found = find_config_maps(conversion, str(name))
    conversion.config_maps += found
    if not found:
        conversion.unlabelled.append(str(name))
        conversion.check(
            f"ConfigMap '{name}' is not in the input: label it "
            f"'{WRITTEN_LABEL}', or the new operator makes no pod",
            row.old,
        )


def ca_bundle_keys(_conversion: Conversion, _row: FieldChange) -> None:
    """Do nothing: the keys are written with the name."""


def ca_bundle_namespace(conversion: Conversion, row: FieldChange) -> None:
    """Say that the ConfigMap must be copied."""
    namespace = conversion.data(row.old)
    if not namespace or namespace == conversion.names.namespace:
        return
    name = conversion.data((*OLD_BUNDLE, "configMapName"))
    conversion.action(
        f"the new operator reads certificates of its own namespace only: copy "
        f"ConfigMap '{name}' from '{namespace}' to the namespace of the server, "
        f"with the label '{WRITTEN_LABEL}'",
        row.old,
    )


def config_files(conversion: Conversion, row: FieldChange) -> None:
    """Mount the other keys of the ConfigMap where they were.

    The new operator mounts only the key of the run config, and nothing
    at the old place (`resource_helper.go`).
    """
    config = conversion.user_config
    if config is None or not config.other_keys:
        return
    if _is_mounted(conversion):
        return
    volume = {"name": FILES_VOLUME, "configMap": {"name": config.name}}
    mount = {"name": FILES_VOLUME, "mountPath": OLD_MOUNTED_CONFIG, "readOnly": True}
    conversion.append(row.new, volume)
    conversion.append(NEW_MOUNTS, mount)
    keys = ", ".join(f"'{key}'" for key in config.other_keys)
    conversion.info(
        f"{keys} of ConfigMap '{config.name}' would not be mounted any more: a "
        f"volume at {OLD_MOUNTED_CONFIG} is added",
        OLD_CONFIG,
    )


def _is_mounted(conversion: Conversion) -> bool:
    """Return whether the pod mounts something at the old folder already."""
    mounts = list_at(conversion.source.data, OLD_MOUNTS)
    return any(
        as_mapping(each).get("mountPath") == OLD_MOUNTED_CONFIG for each in mounts
    )
