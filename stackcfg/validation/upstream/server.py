"""Upstream's validators of the server's own settings: access, network,
TLS, storage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any
from stackcfg.paths import Data, as_list, as_mapping, mapping_at, value_at
from stackcfg.releases.models import config_model
from stackcfg.releases.versions import Release, read_facts
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.validation.upstream.field_checks import (
    Refusals,
    Value,
    exclude_each_other,
)

_CONDITIONS = (
    "user is owner",
    "user is not owner",
    "user with * in *",
    "user with * not in *",
    "user in owners *",
    "user not in owners *",
)
_UNOWNED = "resource is unowned"
_UNOWNED_SINCE = (0, 4)
_KEYS_SINCE = (1, 4, 0)


def check_access_rule(value: Value, version: Release) -> Refusals:
    """Refuse a rule that neither permits nor forbids, or has an unknown
    condition.

    It has one of `permit` and `forbid`, at most one of `when` and
    `unless` (0.2.10).
    """
    if value.get("permit") is None and value.get("forbid") is None:
        yield (), "an access rule needs 'permit' or 'forbid'"
    for one, other in (("permit", "forbid"), ("when", "unless")):
        if value.get(one) and value.get(other):
            yield (other,), exclude_each_other(one, other)
    for name in ("when", "unless"):
        for condition in _conditions_of(value.get(name)):
            if not _is_condition(condition, version):
                example = "'user is owner' or 'user in owners teams'"
                yield (name,), f"unknown condition; write {example}"


def _conditions_of(written: Any) -> list[str]:
    """Return the conditions of a list, or a single one."""
    if isinstance(written, str) and written:
        return [written]
    return [each for each in as_list(written) if isinstance(each, str)]


def _is_condition(condition: str, version: Release) -> bool:
    """Return whether a condition of an access rule has a known form."""
    words = condition.split()
    if words == _UNOWNED.split():
        return version >= _UNOWNED_SINCE
    return any(_has_form(words, form.split()) for form in _CONDITIONS)


def _has_form(words: list[str], form: list[str]) -> bool:
    """Return whether words are those of a form, where `*` is any word."""
    if len(words) != len(form):
        return False
    return all(part in ("*", word) for word, part in zip(words, form, strict=True))


def check_claims(value: Value, _version: Release) -> Refusals:
    """Refuse a claim that is mapped to nothing (0.2.21)."""
    for name, target in as_mapping(value.get("claims_mapping")).items():
        if not target:
            yield ("claims_mapping", name), "every claim must be mapped to something"


def check_api_server(value: Value, _version: Release) -> Refusals:
    """Refuse an address of the Kubernetes API that is no http URL (0.2.21)."""
    address = value.get("api_server_url")
    if isinstance(address, str) and not _is_http_url(address):
        yield ("api_server_url",), "must be an http or https URL with a host"


def _is_http_url(address: str) -> bool:
    """Return whether an address is a URL of HTTP with a host."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    return bool(parts.netloc)


def check_credentials(value: Value, _version: Release) -> Refusals:
    """Refuse credentials for every origin (0.2.19); by default there is
    no origin.
    """
    allowed = as_pydantic_bool(value.get("allow_credentials"))
    if allowed and "*" in as_list(value.get("allow_origins")):
        reason = "credentials are refused where every origin ('*') is allowed"
        yield ("allow_credentials",), reason


def check_origin_pattern(value: Value, _version: Release) -> Refusals:
    """Refuse a regular expression that does not compile: the server
    stops (0.2.19).
    """
    pattern = value.get("allow_origin_regex")
    if not isinstance(pattern, str):
        return
    from warnings import catch_warnings, simplefilter

    try:
        with catch_warnings():
            simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        reason = f"a regular expression that compiles ({error})"
        yield ("allow_origin_regex",), reason


def check_proxy_networks(value: Value, _version: Release) -> Refusals:
    """Refuse an empty list of networks, and one not in CIDR notation (1.4.0)."""
    networks = value.get("trusted_proxy_cidrs")
    if not isinstance(networks, list):
        return
    if not networks:
        yield ("trusted_proxy_cidrs",), "at least one network is needed, or null"
    from ipaddress import ip_network

    for index, network in enumerate(networks):
        try:
            if isinstance(network, str):
                ip_network(network, strict=False)
        except ValueError:
            reason = "a network in CIDR notation, for example 10.0.0.0/8"
            yield ("trusted_proxy_cidrs", index), reason


def check_ciphers(value: Value, _version: Release) -> Refusals:
    """Refuse ciphers that FIPS does not approve, on a server with TLS
    (1.2.0).
    """
    insecure = as_pydantic_bool(value.get("insecure", False)) is not False
    if insecure or not value.get("tls_certfile") or not value.get("tls_keyfile"):
        return
    ciphers = value_at(value, ("tls_config", "ciphers"))
    if ciphers == []:
        reason = "at least one cipher suite is needed, or null"
        yield ("tls_config", "ciphers"), reason
    approved = read_facts("validators.json")["ciphers"]
    for index, name in enumerate(as_list(ciphers)):
        if isinstance(name, str) and name not in approved:
            reason = f"one of {', '.join(approved)} is needed"
            yield ("tls_config", "ciphers", index), reason


def check_tenancy(value: Value, _version: Release) -> Refusals:
    """Refuse the mode `single` without its tenant, and a tenant's odd
    name (1.2.0).
    """
    name = value.get("default_tenant_id")
    if value.get("mode") == "single" and not name:
        yield (), "the mode 'single' needs 'default_tenant_id'"
    if isinstance(name, str) and name and not _is_tenant(name):
        reason = "a name of letters, digits, '-' and '_', at most 128 characters"
        yield ("default_tenant_id",), reason


def check_tenants_of_keys(value: Value, version: Release) -> Refusals:
    """Refuse several tenants where keys of the file say who calls,
    since no key has a tenant (1.4.0, `validate_auth_security`).
    """
    kind = value_at(value, ("auth", "provider_config", "type"))
    mode = value_at(value, ("tenancy", "mode"))
    if version >= _KEYS_SINCE and kind == "local_api_key" and mode == "multi":
        reason = (
            "the keys of 'local_api_key' have no tenant; write 'single' or 'disabled'"
        )
        yield ("tenancy", "mode"), reason


def _is_tenant(name: str) -> bool:
    """Return whether a name is one that a tenant can have."""
    pattern = r"[a-z0-9][a-z0-9\-_]{0,127}"
    return re.fullmatch(pattern, name.strip().lower()) is not None


def check_default_stores(value: Value, version: Release) -> Refusals:
    """Refuse to leave out stores whose default backend is not defined (0.4.0,
    #4192).

    They are kept in `kv_default` and `sql_default`. Stores that are in
    the file have rules of their own.
    """
    backends = value_at(value, BACKENDS_PATH)
    # default backends are defined if the file leaves out all backends
    if not isinstance(backends, Mapping):
        return
    lost: dict[str, list[str]] = {}
    for store, default in _omitted_stores(value, version):
        name = default["backend"]
        if not _is_of_family(backends, name, default):
            lost.setdefault(name, []).append(f"'{store}'")
    for name, stores in lost.items():
        state = "is not defined"
        if name in backends:
            state = f"is not of a type {name.partition('_')[0]}_*"
        reason = f"'{name}' {state}, and is the default of {' and '.join(stores)}"
        yield BACKENDS_PATH, reason


def _omitted_stores(value: Value, version: Release) -> Iterator[tuple[str, Data]]:
    """Yield the stores that a config leaves out, each with its default
    reference.
    """
    stores = value["storage"].get("stores", {})
    if not isinstance(stores, Mapping):
        return
    for field in config_model("ServerStoresConfig", version).fields.values():
        if field.key not in stores and isinstance(field.default, Mapping):
            yield field.key, field.default


def _is_of_family(
    backends: Data,
    name: str,
    reference: Data,
) -> bool:
    """Return whether a backend is defined and its type is right, or not
    known.
    """
    kind = mapping_at(backends, (name,)).get("type")
    if not isinstance(kind, str):
        return name in backends
    if "namespace" in reference:
        return kind.startswith("kv_")
    return kind.startswith("sql_")
