"""The first release of each change that several modules depend on."""

from __future__ import annotations

DISABLED_PROVIDERS_SINCE = (0, 2, 16)
"""Entries with the `provider_id` `__disabled__` are removed before any check."""

UNLISTED_ROUTERS_SINCE = (0, 2, 3)
"""The server no longer asks for an API that has a provider and is not in `apis`."""

CATALOG_SINCE = (0, 3, 0)
"""The first with `storage.backends` and references into it (upstream #3697)."""

ALLOWED_MODELS_SINCE = (0, 3, 3)
"""Providers of inference serve only the models of `allowed_models`; an empty list
allows none (`openai_mixin.py` of 0.3.2 and 0.3.3)."""

DEFAULTS_SINCE = (0, 4)
"""Omitted stores are on the default backends; only an explicit null is refused."""

WHOLE_ADDRESSES_SINCE = (0, 4, 0)
"""Providers of inference call paths below their address as it is (upstream #4177)."""

CONNECTORS_SINCE = (0, 5, 0)
"""The first with `connectors` at the top of the file."""

SWITCHED_AUTH_SINCE = (0, 6)
"""An authentication whose `type` becomes null is switched off (upstream #5002)."""

SQLITE_NAMESPACES_SINCE = (1, 0, 0)
"""KV stores on sqlite put the namespace before their keys."""

RENAMED_STORES = {"agents": "responses"}
"""APIs whose providers have another API since 0.7.0 (upstream #5195)."""

OPERATED_SINCE = (1, 0, 0)
"""The oldest server that an operator of ogx ran by itself (operator 0.10.0)."""

HOME_MOVED_SINCE = (0, 8, 0)
"""`~/.llama` is `~/.ogx` (upstream #5613), renamed at the first start (#5653)."""

OLD_FOLDER_VARIABLE = "LLAMA_STACK_CONFIG_DIR"
NEW_FOLDER_VARIABLE = "OGX_CONFIG_DIR"
"""What names that folder instead: up to 0.7.3, and since 0.8.0 (`config_dirs.py`)."""

ACCESS_PATTERN = "regex:"
ACCESS_PATTERNS_SINCE = (0, 6, 0)
"""What an access rule begins the name of its resources with that is a pattern
(`matches_resource` of 0.5.4 and 0.6.0)."""

FILE_PROCESSORS_SINCE = (0, 8, 0)
"""Files are added to vector stores by a provider of `file_processors` only
(`openai_vector_store_mixin.py` of 0.7.3 and 0.8.0)."""

MODELS_RENAMED_SINCE = (0, 8, 0)
"""A registered model is called by its `model_id`, not by its `provider_model_id`
(`register_model` of 0.7.3 and 0.8.0)."""

AUTO_MODELS_SINCE = (0, 8, 0)
"""A model named `auto` is the first one that its provider lists
(`_resolve_auto_model`)."""

SERVER_STORES_IN_SQL_SINCE = (1, 0, 0)
"""Prompts and connectors are stored in SQL (upstream #5756, #5757)."""

POSTGRES_PASSWORDS_PLAIN_SINCE = (1, 0, 3)
"""SQL on Postgres takes the password as it is; before, it was part of a URL."""

POLICY_NEEDS_STORE_SINCE = (1, 1, 0)
"""With an access policy, providers of vector stores need a `metadata_store`
(`initialize_openai_vector_stores` of 1.0.4 and 1.1.0)."""

TENANTS_NEED_STORE_SINCE = (1, 2, 0)
"""So they do with several tenants."""

INTROSPECTION_UNVERIFIED = ((0, 4, 0), (0, 8, 0))
"""Releases that do not verify the certificate of an introspection endpoint without a
`tls_cafile` (`introspect_token` of 0.3.5, 0.4.0, ogx 0.8.0 and 1.0.0)."""

TLS_DEMANDED_SINCE = (1, 2, 0)
"""The server needs TLS, `server.insecure` or `--insecure` (upstream #5603)."""

EMPTY_APIS_REFUSED_SINCE = (1, 5, 0)
"""`apis: []` means no API, and no longer all (servers of 1.4.1, 1.5.0)."""

LOGGING_KEY = "logging_config"
"""A section without a model, read from the file with variables not replaced."""

LOGGING_MODEL = "LoggingConfig"
"""The model of that section, checked before anything else."""

LOGGING_UNREAD_SINCE = (1, 2, 0)
"""The section is ignored: the server gets a dump of the config model."""

LOGGING_STOPS_SERVER = ((0, 3, 0), (0, 6, 1))
"""Releases whose command hands the section to uvicorn as its
`log_config`, which stops it: it is no mapping and no file (`llama stack
run` of 0.3.0, 0.6.1 and 0.7.0).
"""

OLD_LOGGING_VARIABLE = "LLAMA_STACK_LOGGING"
"""The variable that sets the log levels before ogx."""

LOGGING_VARIABLE = "OGX_LOGGING"
"""The variable that sets the log levels instead: `category=level`,
separated by commas (`parse_environment_config` of ogx 1.5.0).
"""
