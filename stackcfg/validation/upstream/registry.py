"""Every hand-written validator of upstream's config models, by model and name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from stackcfg.validation.upstream.field_checks import Validator, read_field_checks
from stackcfg.validation.upstream.providers import (
    check_forwarded_headers,
    check_google_access,
    check_header_template,
    check_llama_model,
    check_old_verification,
    check_postgres_settings,
    check_postgres_url,
    check_verification,
    normalize_key_prefix,
    split_sinks,
)
from stackcfg.validation.upstream.server import (
    check_access_rule,
    check_api_server,
    check_ciphers,
    check_claims,
    check_credentials,
    check_default_stores,
    check_origin_pattern,
    check_proxy_networks,
    check_tenancy,
)

VALIDATORS: Final[Mapping[tuple[str, str], Validator]] = {
    **read_field_checks(),
    ("AccessRule", "validate_rule_format"): check_access_rule,
    ("RouteAccessRule", "validate_rule_format"): check_access_rule,
    ("KubernetesAuthProviderConfig", "validate_claims_mapping"): check_claims,
    ("KubernetesAuthProviderConfig", "validate_api_server_url"): check_api_server,
    ("UpstreamHeaderAuthConfig", "validate_cidrs"): check_proxy_networks,
    ("CORSConfig", "validate_credentials_config"): check_credentials,
    ("ServerConfig", "validate_tls"): check_ciphers,
    ("TenancyConfig", "validate_tenancy"): check_tenancy,
    ("StackConfig", "validate_server_stores"): check_default_stores,
    ("MetaReferenceInferenceConfig", "validate_model"): check_llama_model,
    ("MetaReferenceQuantizedInferenceConfig", "validate_model"): check_llama_model,
    ("TLSConfig", "validate_verify"): check_verification,
    (
        "VLLMInferenceAdapterConfig",
        "migrate_tls_verify_to_network",
    ): check_old_verification,
    ("PassthroughImplConfig", "validate_forward_headers"): check_forwarded_headers,
    ("PassthroughSafetyConfig", "validate_forward_headers"): check_forwarded_headers,
    ("GeminiConfig", "_validate_auth"): check_google_access,
    ("PostgresKVStoreConfig", "validate_connection_settings"): check_postgres_settings,
    ("PostgresKVStoreConfig", "validate_connection_string"): check_postgres_url,
    ("PostgresSqlStoreConfig", "validate_connection_settings"): check_postgres_settings,
    ("PostgresSqlStoreConfig", "validate_connection_string"): check_postgres_url,
    ("FileSearchParams", "validate_header_template"): check_header_template,
}

CHECKED_AT_START: Final[Mapping[str, Validator]] = {
    "CORSConfig": check_origin_pattern,
}
"""By model: values that the model accepts and that stop the server at its start."""

REWRITTEN_BEFORE_CHECKS: Final[
    Mapping[tuple[str, str], Mapping[str, Callable[[Any], Any]]]
] = {
    ("TelemetryConfig", "validate_sinks"): {"sinks": split_sinks},
    ("S3FilesImplConfig", "normalize_key_prefix"): {"key_prefix": normalize_key_prefix},
}
"""Validators that replace the value of a field before its type is checked."""

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
"""Validators that refuse nothing, only look at the disk, or have a rule of their own."""
