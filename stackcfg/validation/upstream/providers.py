"""Upstream's validators of provider configs and of the backends of stores."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.light_typing import Any
from stackcfg.paths import Path, as_list, as_mapping, value_at
from stackcfg.releases.models import permitted_values
from stackcfg.releases.versions import Release, read_facts
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.validation.upstream.field_checks import (
    Refusals,
    Value,
    check_certificate_path,
    exclude_each_other,
)


def check_llama_model(value: Value, version: Release) -> Refusals:
    """Refuse a model that is no Llama model: this provider runs models
    itself.
    """
    name = value.get("model", UNKNOWN)
    known = permitted_values("MetaReferenceInferenceConfig", "validate_model", version)
    if name is not UNKNOWN and name not in known:
        example = "for example meta-llama/Llama-3.2-3B-Instruct"
        yield ("model",), f"a Llama model by its descriptor or repository, {example}"


def check_verification(value: Value, version: Release) -> Refusals:
    """Refuse numbers as well, for every client (0.5.0)."""
    written = value.get("verify")
    if isinstance(written, int | float) and not isinstance(written, bool):
        yield ("verify",), "a boolean, or the path of a certificate"
    yield from check_certificate_path("verify", value, version)


def check_old_verification(value: Value, version: Release) -> Refusals:
    """Check the setting's old place, read only if there is no
    `network.tls` (0.5.0).
    """
    if value_at(value, ("network", "tls")) is None:
        yield from check_certificate_path("tls_verify", value, version)


_NAMES_CHECKED_SINCE = (0, 7)
_HEADER = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"


def check_forwarded_headers(value: Value, version: Release) -> Refusals:
    """Refuse headers that are never passed on (0.6.0) or have no name
    (0.7.0).
    """
    extra = as_list(value.get("extra_blocked_headers"))
    added = [name.strip().lower() for name in extra if isinstance(name, str)]
    facts = read_facts("validators.json")
    blocked = frozenset(facts["blocked_headers"])
    if version >= _NAMES_CHECKED_SINCE:
        blocked = blocked.union(facts["blocked_headers_since_0.7"], added)
        if "" in added:
            yield ("extra_blocked_headers",), "every header needs a name"
    for key, name in as_mapping(value.get("forward_headers")).items():
        for reason in _refusals_of_header(
            key,
            name,
            blocked,
            version,
        ):
            yield ("forward_headers", key), reason


def _refusals_of_header(
    key: Any, name: Any, blocked: frozenset[str], version: Release
) -> Iterator[str]:
    """Yield why a header cannot be passed on under its key."""
    if isinstance(key, str) and key.startswith("__"):
        yield "keys that begin with '__' are reserved"
    if not isinstance(name, str):
        return
    header = name
    if version >= _NAMES_CHECKED_SINCE:
        header = name.strip()
        if re.fullmatch(_HEADER, header) is None:
            yield "a name of a header"
            return
    if header.lower() in blocked:
        yield f"the header '{name}' is never passed on"


def check_google_access(value: Value, _version: Release) -> Refusals:
    """Refuse a key beside a token, and a token without its project (0.8.0)."""
    token, project = value.get("access_token"), value.get("project")
    if value.get("api_key") and token:
        yield ("access_token",), exclude_each_other("api_key", "access_token")
    if token and not project:
        yield (), "'access_token' needs 'project'"
    if project and not token:
        yield ("project",), "'project' needs 'access_token'"


_CONNECTION_FIELDS = ("db", "host", "password", "port", "user")


def check_postgres_settings(value: Value, _version: Release) -> Refusals:
    """Refuse a missing user, and fields beside a connection string (1.4.1)."""
    url = value.get("connection_string")
    if url is None:
        if not value.get("user"):
            place: Path = ("user",) if "user" in value else ()
            yield place, "'user' or 'connection_string' is needed"
        return
    for name in _CONNECTION_FIELDS:
        if name in value:
            yield (name,), exclude_each_other(name, "connection_string")
    options = ", ".join(sorted(_tls_options_of(url)))
    if options:
        for name in ("ssl_mode", "ca_cert_path"):
            if value.get(name) is not None:
                reason = f"TLS is set in 'connection_string' as well ({options})"
                yield (name,), reason


def _tls_options_of(url: Any) -> frozenset[str]:
    """Return the options about TLS in the query of a connection string."""
    if not isinstance(url, str) or url.startswith("${env."):
        return frozenset()
    from urllib.parse import parse_qsl, urlsplit

    try:
        query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return frozenset()
    options = read_facts("validators.json")["postgres_tls_options"]
    return frozenset(options).intersection(name for name, _ in query)


def check_postgres_url(value: Value, _version: Release) -> Refusals:
    """Refuse a connection string without scheme, host or database (1.4.1)."""
    url = value.get("connection_string")
    if not isinstance(url, str) or url.startswith("${env."):
        return
    if not _is_postgres_url(url):
        yield ("connection_string",), "a URL postgresql://…@HOST/DATABASE"


def _is_postgres_url(url: str) -> bool:
    """Return whether a URL names a host and a database of PostgreSQL."""
    if not url.startswith(("postgres://", "postgresql://")):
        return False
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return bool(parts.netloc and parts.hostname and parts.path.strip("/"))
    except ValueError:
        return False


_TOOL_RENAMED_SINCE = (0, 7)


def check_header_template(value: Value, version: Release) -> Refusals:
    """Refuse a header of results without its tool, renamed in 0.7.0 (#5187)."""
    template = value.get("header_template")
    if not isinstance(template, str):
        return
    if "{num_chunks}" not in template:
        yield ("header_template",), "a string that contains '{num_chunks}'"
    tool = "knowledge_search"
    if version >= _TOOL_RENAMED_SINCE:
        tool = "file_search"
    if tool not in template.lower():
        yield ("header_template",), f"a string that contains '{tool}'"


def split_sinks(value: Any) -> Any:
    """Return the sinks of telemetry as a list, from a string with commas."""
    if value is UNKNOWN:
        return [UNKNOWN]
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return value


def normalize_key_prefix(value: Any) -> str:
    """Return the prefix of keys in S3 as a string."""
    if value is None:
        return ""
    return str(value)
