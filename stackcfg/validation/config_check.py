"""Hold a run config against a release's models, in every reading of
variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from stackcfg.light_typing import Any
from stackcfg.paths import Data, Path, value_at
from stackcfg.releases.changes import (
    DISABLED_PROVIDERS_SINCE,
    LOGGING_KEY,
    LOGGING_MODEL,
    LOGGING_STOPS_SERVER,
    LOGGING_UNREAD_SINCE,
    OLD_LOGGING_VARIABLE,
)
from stackcfg.releases.models import root_model
from stackcfg.releases.resources import required_ids
from stackcfg.releases.stores import StoreField
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import DISABLED_ID, is_disabled
from stackcfg.runconfig.substitution import (
    TYPED_SINCE,
    Variables,
    substitute,
    variables_of,
)
from stackcfg.validation.loader_rewrites import read_config, upgrade_config
from stackcfg.validation.model_check import (
    DROPPED,
    HARMLESS,
    INVALID,
    Errors,
    ModelError,
    check_model,
    check_type,
)
from stackcfg.validation.providers import Provider, read_providers

READ_ELSEWHERE = frozenset(
    {
        LOGGING_KEY,
        "routing_table",
        "api_providers",
        "provider_map",
        "apis_to_serve",
    }
)
"""Top-level keys that no model has and that are read nevertheless: by
the server itself or by old upgrade code.
"""


def find_model_errors(
    data: Data, declared: Sequence[StoreField], version: Release
) -> tuple[ModelError, ...]:
    """Return the model errors of a config; `declared` are fields of own
    providers.
    """
    variables = variables_of(data, version)
    readings = read_config(upgrade_config(data, version), variables, version)
    providers = tuple(read_providers(data, readings, declared, version))
    beside = check_beside_providers(data, readings, version)
    return check_config(data, readings, providers, beside, version)


def check_config(
    data: Data,
    readings: Sequence[Any],
    providers: Sequence[Provider],
    beside: Errors,
    version: Release,
) -> tuple[ModelError, ...]:
    """Return the differences between a config and the models, each once.

    `beside` are those that `check_beside_providers` returns.
    """
    errors = list(beside)
    for number in range(len(readings)):
        for provider in providers:
            errors += _check_provider(provider, number, version)
    found: dict[tuple[str, Path], ModelError] = {}
    for error in errors:
        found.setdefault((error.kind, error.path), error)
    return (*found.values(), *_check_logging(data, version))


def check_beside_providers(
    data: Data, readings: Sequence[Any], version: Release
) -> Errors:
    """Return the differences that are not in the config of a provider."""
    first = readings[0]
    errors: Errors = []
    if version < TYPED_SINCE and _differ_beside_providers(data, first):
        # `llama stack run` checked the file before variables were replaced (to
        # 0.2.12)
        errors += _check_root(data, version)
    for reading in readings:
        if reading is first or _differ_beside_providers(reading, first):
            errors += _check_root(reading, version)
    return errors


def check_section(key: str, readings: Sequence[Any], version: Release) -> Errors:
    """Return the differences in the section under a key at the top level."""
    errors: Errors = []
    checked: list[Any] = []
    for reading in readings:
        section = {key: reading.get(key)}
        if section not in checked:
            checked.append(section)
            errors += _check_root(section, version)
    return [error for error in errors if error.path[:1] == (key,)]


def _differ_beside_providers(reading: Data, other: Any) -> bool:
    """Return whether readings differ elsewhere than in providers, which
    is rare.
    """
    one = {key: value for key, value in reading.items() if key != "providers"}
    return one != {key: value for key, value in other.items() if key != "providers"}


def _check_root(reading: Any, version: Release) -> Iterator[ModelError]:
    for error in check_model(root_model(version).name, reading, (), version):
        is_read = _is_read_elsewhere(error.path, version)
        if not is_read and not _is_skipped_by_loader(reading, error.path, version):
            yield error


def _is_read_elsewhere(path: Path, version: Release) -> bool:
    if path == (LOGGING_KEY,) and version >= LOGGING_UNREAD_SINCE:
        return False
    return len(path) == 1 and path[0] in READ_ELSEWHERE


def _is_skipped_by_loader(reading: Any, path: Path, version: Release) -> bool:
    """Return whether a path lies in a list entry that the loader
    removes unread.
    """
    for place, part in enumerate(path):
        if isinstance(part, int):
            entry = value_at(reading, path[: place + 1])
            if isinstance(entry, Mapping) and is_removed_entry(entry, version):
                return True
    return False


def is_removed_entry(entry: Data, version: Release) -> bool:
    """Return whether the loader removes an entry of any list: one of a
    disabled provider, or a resource without its id.
    """
    disabled = entry.get("provider_id") == DISABLED_ID
    if disabled and version >= DISABLED_PROVIDERS_SINCE:
        return True
    ids = required_ids(version)
    return any(entry[name] in (None, "") for name in ids if name in entry)


def _check_provider(provider: Provider, number: int, version: Release) -> Errors:
    """Return what is new in the reading of this number."""
    entry = provider.entries[number]
    if number and entry == provider.entries[0]:
        return []
    if is_removed_entry(entry, version):
        return []
    errors: Errors = []
    if number:
        errors += _check_entry(provider, entry, version)
    errors += _check_provider_config(provider, entry, version)
    return errors


def _check_entry(provider: Provider, entry: Data, version: Release) -> Errors:
    """Return the errors of a provider entry itself: its id, its type
    and other keys.
    """
    root = root_model(version)
    entries_by_api = root.fields["providers"].kind
    entry_type = entries_by_api[1][1]
    return check_type(entry_type, entry, provider.path, version, root.name)


def _check_provider_config(provider: Provider, entry: Data, version: Release) -> Errors:
    """Return the errors of a provider's config; if disabled only
    harmless ones.
    """
    config = entry.get("config", {})
    if provider.spec is None or not isinstance(config, dict):
        return []
    path: Path = (*provider.path, "config")
    found = check_model(provider.spec.config, config, path, version)
    # the server does not build the config of a disabled provider
    if found and is_disabled(entry):
        return [error for error in found if error.kind in HARMLESS]
    return found


def _check_logging(data: Data, version: Release) -> Errors:
    written = data.get(LOGGING_KEY)
    if not written or version >= LOGGING_UNREAD_SINCE:
        return []
    found = check_model(LOGGING_MODEL, written, (LOGGING_KEY,), version)
    first, last = LOGGING_STOPS_SERVER
    if found or not first <= version <= last:
        return found
    reason = "no server of this release starts with it"
    advice = f"its levels in the variable {OLD_LOGGING_VARIABLE}"
    expected = f"{reason}; write {advice}"
    return [ModelError(INVALID, (LOGGING_KEY,), LOGGING_MODEL, expected)]


def paths_refused_while_unset(
    errors: Sequence[ModelError],
    data: Data,
    providers: Sequence[Provider],
    variables: Variables,
    version: Release,
) -> frozenset[Path]:
    """Return the provider settings that are accepted once their
    variables are set.

    These are refused only while a variable with an empty default is not
    set.
    """
    if not variables.empty:
        return frozenset()
    refused = {each.path for each in errors if _is_refused_setting(each)}
    concerned = {path[:3] for path in refused}
    # checked again as if all of these variables were set
    readings = [known | variables.empty for known in variables.readings]
    still: set[Path] = set()
    for provider in providers:
        if provider.path in concerned:
            written = value_at(data, provider.path)
            still |= _paths_refused(provider, written, readings, version)
    return frozenset(refused - still)


def _paths_refused(
    provider: Provider,
    written: Any,
    readings: Iterable[frozenset[str]],
    version: Release,
) -> set[Path]:
    """Return the settings of a provider that are refused in any reading."""
    refused: set[Path] = set()
    for known in readings:
        entry = substitute(written, known, version)
        found = _check_provider_config(provider, entry, version)
        refused |= {error.path for error in found if error.kind != DROPPED}
    return refused


def _is_refused_setting(error: ModelError) -> bool:
    path = error.path
    in_config = len(path) > 4 and path[0] == "providers" and path[3] == "config"
    return in_config and error.kind not in HARMLESS
