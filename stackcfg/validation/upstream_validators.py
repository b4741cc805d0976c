"""What upstream's hand-written validators of config models refuse, by model and validator.

Each was read in the release that has it and says in words what it asks for; the facts say which release has which.
Validators that look at the disk (whether a certificate is there) are a matter of the machine and not asked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import Path
from stackcfg.releases.models import config_model, permitted_values
from stackcfg.releases.versions import Release
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.substitution import UNKNOWN

Complaints = Iterator[tuple[Path, str]]
Validator = Callable[[Mapping[str, Any], Release], Complaints]

_CONDITIONS: Final = (
    ("user", "is", "owner"),
    ("user", "is", "not", "owner"),
    ("user", "with", None, "in", None),
    ("user", "with", None, "not", "in", None),
    ("user", "in", "owners", None),
    ("user", "not", "in", "owners", None),
)
_UNOWNED: Final = ("resource", "is", "unowned")
_UNOWNED_SINCE: Final[Release] = (0, 4)


def access_rule(value: Mapping[str, Any], version: Release) -> Complaints:
    """One of `permit` and `forbid`, one of `when` and `unless`, conditions in one of a few sentences (0.2.10)."""
    if value.get("permit") is None and value.get("forbid") is None:
        yield (), "an access rule needs 'permit' or 'forbid'"
    for one, other in (("permit", "forbid"), ("when", "unless")):
        if value.get(one) and value.get(other):
            yield (other,), f"'{one}' and '{other}' exclude each other"
    forms = (*_CONDITIONS, _UNOWNED) if version >= _UNOWNED_SINCE else _CONDITIONS
    for name in ("when", "unless"):
        conditions = value.get(name) or []
        for condition in conditions if isinstance(conditions, list) else [conditions]:
            if isinstance(condition, str) and not any(
                _is_like(condition, form) for form in forms
            ):
                yield (
                    (name,),
                    "unknown condition; write for example 'user is owner' or 'user in owners teams'",
                )


def _is_like(text: str, form: tuple[str | None, ...]) -> bool:
    words = text.split()
    return len(words) == len(form) and all(
        word in (None, mine) for word, mine in zip(form, words, strict=True)
    )


def token_mode(value: Mapping[str, Any], _version: Release) -> Complaints:
    """Exactly one of `jwks` and `introspection` (0.2.15)."""
    if not value.get("jwks") and not value.get("introspection"):
        yield (), "one of 'jwks' and 'introspection' is needed"
    elif value.get("jwks") and value.get("introspection"):
        yield ("introspection",), "only one of 'jwks' and 'introspection' is taken"


def claims(value: Mapping[str, Any], _version: Release) -> Complaints:
    """No claim is mapped to nothing (0.2.21)."""
    mapping = value.get("claims_mapping")
    for name, target in mapping.items() if isinstance(mapping, Mapping) else ():
        if not target:
            yield ("claims_mapping", name), "a claim must be mapped to something"


def api_server(value: Mapping[str, Any], _version: Release) -> Complaints:
    """The address of the Kubernetes API is an http or https URL (0.2.21)."""
    address = value.get("api_server_url")
    if isinstance(address, str):
        from urllib.parse import urlsplit

        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            yield ("api_server_url",), "must be an http or https URL with a host"


def credentials(value: Mapping[str, Any], _version: Release) -> Complaints:
    """No credentials for every origin (0.2.19). Origins default to none."""
    origins = value.get("allow_origins")
    if (
        as_pydantic_bool(value.get("allow_credentials"))
        and isinstance(origins, list)
        and "*" in origins
    ):
        yield (
            ("allow_credentials",),
            "credentials are refused where every origin ('*') is allowed",
        )


def origin_pattern(value: Mapping[str, Any], _version: Release) -> Complaints:
    """Origins by a regular expression that compiles, since the server is built with it (0.2.19)."""
    pattern = value.get("allow_origin_regex")
    if isinstance(pattern, str):
        from warnings import catch_warnings, simplefilter

        try:
            with catch_warnings():
                simplefilter("ignore")
                re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            yield (
                ("allow_origin_regex",),
                f"a regular expression that compiles ({error})",
            )


def proxy_networks(value: Mapping[str, Any], _version: Release) -> Complaints:
    """At least one network, each in CIDR notation (1.4.0)."""
    networks = value.get("trusted_proxy_cidrs")
    if not isinstance(networks, list):
        return
    if not networks:
        yield ("trusted_proxy_cidrs",), "at least one network is needed, or null"
    from ipaddress import ip_network

    for index, network in enumerate(networks):
        try:
            ip_network(
                network if isinstance(network, str) else "0.0.0.0/0", strict=False
            )
        except ValueError:
            yield (
                ("trusted_proxy_cidrs", index),
                "a network in CIDR notation, for example 10.0.0.0/8",
            )


_CIPHERS: Final = frozenset(
    {
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "DHE-RSA-AES128-GCM-SHA256",
        "DHE-RSA-AES256-GCM-SHA384",
    }
)


def server_ciphers(value: Mapping[str, Any], _version: Release) -> Complaints:
    """Where the server speaks TLS, only ciphers that FIPS approves (1.2.0)."""
    section = value.get("tls_config")
    chosen = section.get("ciphers") if isinstance(section, Mapping) else None
    plain = as_pydantic_bool(value.get("insecure", False)) is not False
    if plain or not value.get("tls_certfile") or not value.get("tls_keyfile"):
        return
    if isinstance(chosen, list):
        if not chosen:
            yield (
                ("tls_config", "ciphers"),
                "at least one cipher suite is needed, or null",
            )
        for index, name in enumerate(chosen):
            if isinstance(name, str) and name not in _CIPHERS:
                yield (
                    ("tls_config", "ciphers", index),
                    f"one of {', '.join(sorted(_CIPHERS))} is needed",
                )


_TENANT: Final = re.compile(r"[a-z0-9][a-z0-9\-_]{0,127}")


def tenancy(value: Mapping[str, Any], _version: Release) -> Complaints:
    """The mode `single` names its tenant; a tenant's name is plain (1.2.0)."""
    name = value.get("default_tenant_id")
    if value.get("mode") == "single" and not name:
        yield (), "the mode 'single' needs 'default_tenant_id'"
    if isinstance(name, str) and name and not _TENANT.fullmatch(name.strip().lower()):
        yield (
            ("default_tenant_id",),
            "a name of letters, digits, '-' and '_', at most 128 characters",
        )


def name_of_config(value: Mapping[str, Any], _version: Release) -> Complaints:
    """The config has a name, under its new or its old key (0.5.0, #4396)."""
    if value.get("distro_name") is None and value.get("image_name") is None:
        written = next(
            (name for name in ("distro_name", "image_name") if name in value),
            "distro_name",
        )
        yield (written,), "one of 'distro_name' and 'image_name' is needed"


def default_stores(value: Mapping[str, Any], version: Release) -> Complaints:
    """Stores that are left out are kept in `kv_default` and `sql_default`, which must then be defined (0.4.0, #4192).

    Stores that are written out have rules of their own.
    """
    storage = value.get("storage")
    backends = storage.get("backends") if isinstance(storage, Mapping) else None
    stores = storage.get("stores", {}) if isinstance(storage, Mapping) else None
    if not isinstance(backends, Mapping) or not isinstance(stores, Mapping):
        return  # backends that are left out are just these two
    lost: dict[str, list[str]] = {}
    for field in config_model("ServerStoresConfig", version).fields.values():
        if field.key in stores or not isinstance(field.default, Mapping):
            continue
        name, family = (
            field.default["backend"],
            "kv_" if "namespace" in field.default else "sql_",
        )
        defined = backends.get(name)
        kind = defined.get("type") if isinstance(defined, Mapping) else None
        if name not in backends or (
            isinstance(kind, str) and not kind.startswith(family)
        ):
            lost.setdefault(name, []).append(f"'{field.key}'")
    for name, uses in lost.items():
        state = (
            f"is not of a type {name.partition('_')[0]}_*"
            if name in backends
            else "is not defined"
        )
        verb = "are" if len(uses) > 1 else "is"
        where = f"{_listed(uses)} {verb} kept there unless storage.stores says"
        yield ("storage", "backends"), f"'{name}' {state}, and {where}"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def llama_model(value: Mapping[str, Any], version: Release) -> Complaints:
    """The inference provider that runs models itself takes the names of Llama models only."""
    name = value.get("model", UNKNOWN)
    known = permitted_values("MetaReferenceInferenceConfig", "validate_model", version)
    if name is not UNKNOWN and name not in known:
        yield (
            ("model",),
            "a Llama model by its descriptor or repository, for example meta-llama/Llama-3.2-3B-Instruct",
        )


def mutual_tls(value: Mapping[str, Any], _version: Release) -> Complaints:
    """A client's certificate comes with its key (0.5.0)."""
    if (value.get("client_cert") is None) != (value.get("client_key") is None):
        yield (), "'client_cert' and 'client_key' are needed together"


def one_proxy(value: Mapping[str, Any], _version: Release) -> Complaints:
    """One proxy for all, or one for each protocol (0.5.0)."""
    if value.get("url") and (value.get("http") or value.get("https")):
        yield ("url",), "'url' and 'http' or 'https' exclude each other"


_BLOCKED: Final = frozenset(
    {
        "host",
        "content-type",
        "content-length",
        "transfer-encoding",
        "connection",
        "upgrade",
        "te",
        "trailer",
        "cookie",
        "set-cookie",
    }
)
_BLOCKED_TOO: Final = frozenset(
    {
        "forwarded",
        "proxy-authorization",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-prefix",
        "x-real-ip",
    }
)
_NAMES_CHECKED_SINCE: Final[Release] = (0, 7)
_HEADER: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def forwarded_headers(value: Mapping[str, Any], version: Release) -> Complaints:
    """Headers that are passed on have a valid name and are not on a list of sensitive ones (0.6.0, more in 0.7.0)."""
    extra = value.get("extra_blocked_headers")
    added = (
        [each for each in extra if isinstance(each, str)]
        if isinstance(extra, list)
        else []
    )
    checked = version >= _NAMES_CHECKED_SINCE
    if checked and any(not name.strip() for name in added):
        yield ("extra_blocked_headers",), "a header without a name"
    blocked = (
        _BLOCKED | _BLOCKED_TOO | {name.strip().lower() for name in added}
        if checked
        else _BLOCKED
    )
    headers = value.get("forward_headers")
    for key, name in headers.items() if isinstance(headers, Mapping) else ():
        if isinstance(key, str) and key.startswith("__"):
            yield ("forward_headers", key), "a key that begins with '__' is reserved"
        if not isinstance(name, str):
            continue
        plain = name.strip() if checked else name
        if checked and not _HEADER.fullmatch(plain):
            yield ("forward_headers", key), "a name of a header"
        elif plain.lower() in blocked:
            yield ("forward_headers", key), f"the header '{name}' is never passed on"


def google_access(value: Mapping[str, Any], _version: Release) -> Complaints:
    """A key, or a token with its project (0.8.0)."""
    has_token, has_project = bool(value.get("access_token")), bool(value.get("project"))
    if value.get("api_key") and has_token:
        yield ("access_token",), "'api_key' and 'access_token' exclude each other"
    if has_token and not has_project:
        yield (), "'access_token' needs 'project'"
    if has_project and not has_token:
        yield ("project",), "'project' needs 'access_token'"


_SWITCH_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})


def certificate_path(field: str) -> Validator:
    """A text is the path of a certificate that must be there; a switch is a boolean (0.2.8; for all clients 0.5.0).

    From 0.2.9 to 0.2.12, where variables are always texts, `true` and `false` are taken for what they mean.
    """

    def check(value: Mapping[str, Any], version: Release) -> Complaints:
        written = value.get(field)
        taken = ("true", "false") if (0, 2, 9) <= version < (0, 2, 13) else ()
        if (
            isinstance(written, str)
            and written.lower() in _SWITCH_WORDS
            and written.lower() not in taken
        ):
            yield (field,), "a boolean without quotes, or the path of a certificate"

    return check


def verification(value: Mapping[str, Any], version: Release) -> Complaints:
    """The same for every client, where a number is no boolean (0.5.0)."""
    if isinstance(value.get("verify"), int | float) and not isinstance(
        value["verify"], bool
    ):
        yield ("verify",), "a boolean, or the path of a certificate"
    yield from certificate_path("verify")(value, version)


def old_verification(value: Mapping[str, Any], version: Release) -> Complaints:
    """The old place of this setting counts only where the new one, `network.tls`, is not there (0.5.0)."""
    network = value.get("network")
    if not isinstance(network, Mapping) or network.get("tls") is None:
        yield from certificate_path("tls_verify")(value, version)


def probes(value: Mapping[str, Any], version: Release) -> Complaints:
    """Fewer lists are searched than the index has (0.5.0)."""
    few = _number(value, "PGVectorIVFFlatVectorIndex", "probes", version)
    many = _number(value, "PGVectorIVFFlatVectorIndex", "lists", version)
    if few is not None and many is not None and few >= many:
        yield (), f"'probes' ({few:g}) must be less than 'lists' ({many:g})"


def pool_sizes(value: Mapping[str, Any], version: Release) -> Complaints:
    """The smallest pool is not larger than the largest (1.1.0)."""
    low = _number(value, "PGVectorVectorIOConfig", "pool_min_size", version)
    high = _number(value, "PGVectorVectorIOConfig", "pool_max_size", version)
    if low is not None and high is not None and low > high:
        yield (
            (),
            f"'pool_min_size' ({low:g}) must be at most 'pool_max_size' ({high:g})",
        )


def _number(
    value: Mapping[str, Any], name: str, field: str, version: Release
) -> float | None:
    """A field's number, or its default; none where it is not known."""
    found = value.get(field, config_model(name, version).fields[field].default)
    try:
        return None if found is UNKNOWN or found is None else float(found)
    except (TypeError, ValueError):
        return None


_COMPONENTS: Final = ("db", "host", "password", "port", "user")
_TLS_OPTIONS: Final = frozenset(
    {
        "ssl",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "sslcrl",
        "sslpassword",
        "sslnegotiation",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
    }
)


def postgres_settings(value: Mapping[str, Any], _version: Release) -> Complaints:
    """A user or a connection string; with a string none of the fields that it replaces (1.4.1)."""
    text = value.get("connection_string")
    if text is None:
        if not value.get("user"):
            yield (
                ("user",) if "user" in value else (),
                "'user' or 'connection_string' is needed",
            )
        return
    for name in _COMPONENTS:
        if name in value:
            yield (name,), f"'{name}' and 'connection_string' exclude each other"
    if isinstance(text, str) and not text.startswith("${env."):
        from urllib.parse import parse_qsl, urlsplit

        try:
            options = _TLS_OPTIONS & {
                key
                for key, _ in parse_qsl(urlsplit(text).query, keep_blank_values=True)
            }
        except ValueError:
            return
        for name in ("ssl_mode", "ca_cert_path"):
            if options and value.get(name) is not None:
                yield (
                    (name,),
                    f"TLS is set in 'connection_string' as well ({', '.join(sorted(options))})",
                )


def postgres_string(value: Mapping[str, Any], _version: Release) -> Complaints:
    """A connection string is a URL with scheme, host and database (1.4.1)."""
    text = value.get("connection_string")
    if not isinstance(text, str) or text.startswith("${env."):
        return
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        whole = bool(parts.netloc and parts.hostname and parts.path.strip("/"))
    except ValueError:
        whole = False
    if not whole or not text.startswith(("postgres://", "postgresql://")):
        yield ("connection_string",), "a URL postgresql://…@HOST/DATABASE"


_ENCODINGS: Final = frozenset(
    {
        "gpt2",
        "r50k_base",
        "p50k_base",
        "p50k_edit",
        "cl100k_base",
        "o200k_base",
        "o200k_harmony",
    }
)


def tokenizer(value: Mapping[str, Any], _version: Release) -> Complaints:
    """The name of an encoding of tiktoken (1.1.0)."""
    name = value.get("tokenizer_encoding")
    if isinstance(name, str) and name not in _ENCODINGS:
        yield (
            ("tokenizer_encoding",),
            f"one of {', '.join(sorted(_ENCODINGS))} is needed",
        )


def tokenizers(value: Mapping[str, Any], _version: Release) -> Complaints:
    """The same for each prefix of a model's name (1.1.0)."""
    mapping = value.get("model_tokenizer_mappings")
    for prefix, name in mapping.items() if isinstance(mapping, Mapping) else ():
        if isinstance(name, str) and name not in _ENCODINGS:
            yield (
                ("model_tokenizer_mappings", prefix),
                f"one of {', '.join(sorted(_ENCODINGS))} is needed",
            )


def holds(field: str, *parts: str) -> Validator:
    """A template that must hold certain parts."""

    def check(value: Mapping[str, Any], _version: Release) -> Complaints:
        text = value.get(field)
        for part in parts if isinstance(text, str) else ():
            if part not in str(text):
                yield (field,), f"a string that contains '{part}'"

    return check


def not_empty(field: str) -> Validator:
    """A text of at least one character."""

    def check(value: Mapping[str, Any], _version: Release) -> Complaints:
        if value.get(field) == "":
            yield (field,), "a string that is not empty"

    return check


_TOOL_RENAMED: Final[Release] = (0, 7)


def header_template(value: Mapping[str, Any], version: Release) -> Complaints:
    """The header of search results names the tool: `knowledge_search`, since 0.7.0 `file_search` (#5187)."""
    text = value.get("header_template")
    if not isinstance(text, str):
        return
    yield from holds("header_template", "{num_chunks}")(value, version)
    tool = "file_search" if version >= _TOOL_RENAMED else "knowledge_search"
    if tool not in text.lower():
        yield ("header_template",), f"a string that contains '{tool}'"


def between(field: str, low: float, high: float) -> Validator:
    """A number within limits."""

    def check(value: Mapping[str, Any], _version: Release) -> Complaints:
        try:
            number = float(value.get(field, low))
        except (TypeError, ValueError):
            return
        if not low <= number <= high:
            yield (field,), f"a number from {low:g} to {high:g}"

    return check


VALIDATORS: Final[Mapping[tuple[str, str], Validator]] = {
    ("AccessRule", "validate_rule_format"): access_rule,
    ("RouteAccessRule", "validate_rule_format"): access_rule,
    ("OAuth2TokenAuthConfig", "validate_mode"): token_mode,
    ("KubernetesAuthProviderConfig", "validate_claims_mapping"): claims,
    ("KubernetesAuthProviderConfig", "validate_api_server_url"): api_server,
    ("UpstreamHeaderAuthConfig", "validate_cidrs"): proxy_networks,
    ("CORSConfig", "validate_credentials_config"): credentials,
    ("ServerConfig", "validate_tls"): server_ciphers,
    ("TenancyConfig", "validate_tenancy"): tenancy,
    ("StackConfig", "validate_distro_name_migration"): name_of_config,
    ("StackConfig", "validate_server_stores"): default_stores,
    ("MetaReferenceInferenceConfig", "validate_model"): llama_model,
    ("MetaReferenceQuantizedInferenceConfig", "validate_model"): llama_model,
    ("TLSConfig", "validate_mtls_pair"): mutual_tls,
    ("TLSConfig", "validate_verify"): verification,
    ("VLLMInferenceAdapterConfig", "validate_tls_verify"): certificate_path(
        "tls_verify"
    ),
    ("VLLMInferenceAdapterConfig", "migrate_tls_verify_to_network"): old_verification,
    ("ProxyConfig", "validate_proxy_config"): one_proxy,
    ("PassthroughImplConfig", "validate_forward_headers"): forwarded_headers,
    ("PassthroughSafetyConfig", "validate_forward_headers"): forwarded_headers,
    ("GeminiConfig", "_validate_auth"): google_access,
    ("PGVectorIVFFlatVectorIndex", "validate_probes"): probes,
    ("PGVectorVectorIOConfig", "validate_pool_sizes"): pool_sizes,
    ("PostgresKVStoreConfig", "validate_connection_settings"): postgres_settings,
    ("PostgresKVStoreConfig", "validate_connection_string"): postgres_string,
    ("PostgresSqlStoreConfig", "validate_connection_settings"): postgres_settings,
    ("PostgresSqlStoreConfig", "validate_connection_string"): postgres_string,
    ("CompactionConfig", "validate_tokenizer_encoding"): tokenizer,
    ("CompactionConfig", "validate_model_tokenizer_mappings"): tokenizers,
    ("FileSearchParams", "validate_header_template"): header_template,
    ("ContextPromptParams", "validate_chunk_annotation_template"): holds(
        "chunk_annotation_template", "{chunk.content}", "{index}"
    ),
    ("ContextPromptParams", "validate_context_template"): holds(
        "context_template", "{query}"
    ),
    ("AnnotationPromptParams", "validate_annotation_instruction_template"): not_empty(
        "annotation_instruction_template"
    ),
    ("AnnotationPromptParams", "validate_chunk_annotation_template"): holds(
        "chunk_annotation_template", "{index}", "{chunk_text}", "{file_id}"
    ),
    ("RewriteQueryParams", "validate_prompt"): holds("prompt", "{query}"),
    ("RewriteQueryParams", "validate_max_tokens"): between("max_tokens", 1, 4096),
    ("RewriteQueryParams", "validate_temperature"): between("temperature", 0, 2),
}

CHECKED_AT_START: Final[Mapping[str, Validator]] = {
    "CORSConfig": origin_pattern,
}
"""What a model takes without looking and the server stops on when it is built, by model."""

REFUSING_NOTHING: Final = frozenset(
    {
        ("StackConfig", "validate_external_providers_dir"),
        ("StackRunConfig", "validate_external_providers_dir"),
        ("StackRunConfig", "validate_server_stores"),
        ("RegisteredResources", "_warn_deprecated_tool_groups"),
        ("ServerStoresConfig", "_migrate_kv_to_sql"),
        ("ProxyConfig", "validate_cacert"),
        ("TLSConfig", "validate_cert_paths"),
    }
)
"""Validators that refuse nothing, look at the disk only, or whose subject has a rule of its own."""


def _sinks(value: Any) -> Any:
    if value is UNKNOWN:
        return [UNKNOWN]
    return (
        [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    )


def _prefix(value: Any) -> Any:
    return "" if value is None else str(value)


REWRITTEN_BEFORE_CHECKS: Final[
    Mapping[tuple[str, str], Mapping[str, Callable[[Any], Any]]]
] = {
    ("TelemetryConfig", "validate_sinks"): {"sinks": _sinks},
    ("S3FilesImplConfig", "normalize_key_prefix"): {"key_prefix": _prefix},
}
"""Validators that make another value of a field before its type is checked."""
