"""Every hand-written validator of upstream's config models, as
`Model.validator`.
"""

from __future__ import annotations

from stackcfg.validation.upstream import providers, server
from stackcfg.validation.upstream.field_checks import read_field_checks
from stackcfg.validation.upstream.start_checks import read_start_checks

VALIDATORS = {
    **read_field_checks(),
    "AccessRule.validate_rule_format": server.check_access_rule,
    "RouteAccessRule.validate_rule_format": server.check_access_rule,
    "KubernetesAuthProviderConfig.validate_claims_mapping": server.check_claims,
    "KubernetesAuthProviderConfig.validate_api_server_url": server.check_api_server,
    "UpstreamHeaderAuthConfig.validate_cidrs": server.check_proxy_networks,
    "CORSConfig.validate_credentials_config": server.check_credentials,
    "ServerConfig.validate_tls": server.check_ciphers,
    "TenancyConfig.validate_tenancy": server.check_tenancy,
    "StackConfig.validate_server_stores": server.check_default_stores,
    "MetaReferenceInferenceConfig.validate_model": providers.check_llama_model,
    "MetaReferenceQuantizedInferenceConfig.validate_model": providers.check_llama_model,
    "VLLMConfig.validate_model": providers.check_llama_model,
    "TLSConfig.validate_verify": providers.check_verification,
    "VLLMInferenceAdapterConfig.migrate_tls_verify_to_network": providers.check_old_verification,
    "PassthroughImplConfig.validate_forward_headers": providers.check_forwarded_headers,
    "PassthroughSafetyConfig.validate_forward_headers": providers.check_forwarded_headers,
    "GeminiConfig._validate_auth": providers.check_google_access,
    "PostgresKVStoreConfig.validate_connection_settings": providers.check_postgres_settings,
    "PostgresKVStoreConfig.validate_connection_string": providers.check_postgres_url,
    "PostgresSqlStoreConfig.validate_connection_settings": providers.check_postgres_settings,
    "PostgresSqlStoreConfig.validate_connection_string": providers.check_postgres_url,
    "FileSearchParams.validate_header_template": providers.check_header_template,
}

CHECKED_AT_START = {
    **read_start_checks(),
    "CORSConfig": (server.check_origin_pattern,),
    "ServerConfig": (server.check_tenants_of_keys,),
}
"""By model: values that the model accepts and that stop the server at
its start.
"""

REWRITTEN_BEFORE_CHECKS = {
    "TelemetryConfig.validate_sinks": {"sinks": providers.split_sinks},
    "S3FilesImplConfig.normalize_key_prefix": {
        "key_prefix": providers.normalize_key_prefix
    },
}
"""Validators that replace the value of a field before its type is checked."""
