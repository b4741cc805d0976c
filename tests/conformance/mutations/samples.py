"""Values that the kinds of faults write into configs."""

from __future__ import annotations

from typing import Any, Final

TEXT, NUMBER, FLAG, LIST, MAPPING, NOTHING = (
    "some text",
    17,
    True,
    ["one", "two"],
    {"some": "thing"},
    None,
)

OAUTH: Final = {
    "provider_config": {
        "type": "oauth2_token",
        "audience": "us",
        "jwks": {"uri": "http://keys", "key_recheck_period": 60},
    }
}

INTROSPECTED: Final = {"url": "http://who", "client_id": "me", "client_secret": "hush"}

GITHUB: Final = {
    "provider_config": {"type": "github_token", "claims_mapping": {"login": "roles"}}
}

CUSTOM: Final = {"provider_config": {"type": "custom", "endpoint": "http://auth"}}

KUBERNETES: Final = {
    "provider_config": {"type": "kubernetes", "api_server_url": "https://cluster:6443"}
}

RULE: Final = {
    "permit": {
        "principal": "me",
        "actions": ["create", "read"],
        "resource": "model::*",
    },
    "description": "mine",
}

RULES: Final = {
    **CUSTOM,
    "access_policy": [
        RULE,
        {"forbid": {"actions": "read"}, "unless": "user with admin in roles"},
    ],
}

CORS: Final = {
    "allow_origins": ["http://here"],
    "allow_methods": ["GET"],
    "allow_credentials": True,
    "max_age": 60,
}

QUOTA: Final = {
    "kvstore": {"backend": "KV", "namespace": "quota"},
    "anonymous_max_requests": 5,
    "authenticated_max_requests": 50,
    "period": "day",
}

ENGINES: Final[dict[str, dict[str, Any]]] = {
    "kv_sqlite": {"type": "kv_sqlite", "db_path": "/data/kv.db", "namespace": "mine"},
    "kv_redis": {
        "type": "kv_redis",
        "host": "redis",
        "port": 6379,
        "namespace": "mine",
    },
    "kv_postgres": {
        "type": "kv_postgres",
        "host": "pg",
        "port": 5432,
        "db": "d",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
        "ssl_mode": "require",
        "ca_cert_path": "/ca.pem",
        "table_name": "kv",
        "namespace": "mine",
    },
    "kv_mongodb": {
        "type": "kv_mongodb",
        "host": "mongo",
        "port": 27017,
        "db": "d",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
        "collection_name": "kv",
        "namespace": "mine",
    },
    "sql_sqlite": {"type": "sql_sqlite", "db_path": "/data/sql.db"},
    "sql_postgres": {
        "type": "sql_postgres",
        "host": "pg",
        "port": 5432,
        "db": "d",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
    },
}

ODD_VARIABLES: Final = (
    "${env.MY_DIR:/data}/x.db",
    "${env.my_dir:=/data}/x.db",
    "$env.MY_DIR/x.db",
    "${MY_DIR}/x.db",
)
"""What no release of 0.3 takes for a variable: literal text."""

RESOURCES: Final[dict[str, dict[str, Any]]] = {
    "models": {
        "model_id": "m",
        "model_type": "embedding",
        "metadata": {"embedding_dimension": 8},
        "provider_model_id": "x",
    },
    "shields": {
        "shield_id": "s",
        "params": {"strict": True},
        "provider_shield_id": "x",
    },
    "datasets": {
        "dataset_id": "d",
        "purpose": "eval/messages-answer",
        "metadata": {"by": "me", "provider_id": "mine"},
        "source": {"type": "uri", "uri": "file:///d.csv"},
    },
    "scoring_fns": {
        "scoring_fn_id": "f",
        "return_type": {"type": "number"},
        "description": "mine",
        "metadata": {"a": 1},
    },
    "benchmarks": {
        "benchmark_id": "b",
        "dataset_id": "d",
        "scoring_functions": ["f"],
        "metadata": {"a": 1},
    },
    "tool_groups": {
        "toolgroup_id": "t",
        "provider_id": "mcp",
        "mcp_endpoint": {"uri": "http://tools"},
        "args": {"a": 1},
    },
}

MCP: Final = {
    "provider_id": "mcp",
    "provider_type": "remote::model-context-protocol",
    "config": {},
}

OLLAMA: Final = {
    "provider_id": "mine",
    "provider_type": "remote::ollama",
    "config": {"url": "http://ollama"},
}

VLLM: Final = {
    "provider_id": "mine",
    "provider_type": "remote::vllm",
    "config": {
        "url": "http://vllm/v1",
        "max_tokens": 64,
        "api_token": "${env.MY_TOKEN:=}",
        "tls_verify": True,
        "refresh_models": True,
    },
}

OPENAI: Final = {
    "provider_id": "mine",
    "provider_type": "remote::openai",
    "config": {
        "api_key": "${env.MY_KEY:=}",
        "base_url": "http://o/v1",
        "allowed_models": ["m"],
    },
}

BEDROCK: Final = {
    "provider_id": "mine",
    "provider_type": "remote::bedrock",
    "config": {
        "aws_access_key_id": "${env.MY_KEY:=}",
        "region_name": "r",
        "connect_timeout": 1.5,
        "total_max_attempts": 3,
    },
}

AZURE: Final = {
    "provider_id": "mine",
    "provider_type": "remote::azure",
    "config": {
        "api_key": "${env.MY_KEY:=}",
        "api_base": "https://a.example/",
        "api_version": "1",
    },
}

KV_REFERENCE: Final = {"backend": "KV", "namespace": "mine"}

SQL_REFERENCE: Final = {"backend": "SQL", "table_name": "mine"}

FAISS: Final = {
    "provider_id": "mine",
    "provider_type": "inline::faiss",
    "config": {"persistence": KV_REFERENCE},
}

SQLITE_VEC: Final = {
    "provider_id": "mine",
    "provider_type": "inline::sqlite-vec",
    "config": {"db_path": "/data/v.db", "persistence": KV_REFERENCE},
}

CHROMA: Final = {
    "provider_id": "mine",
    "provider_type": "remote::chromadb",
    "config": {"url": "http://chroma", "persistence": KV_REFERENCE},
}

MILVUS: Final = {
    "provider_id": "mine",
    "provider_type": "remote::milvus",
    "config": {
        "uri": "http://milvus",
        "token": None,
        "timeout": 5,
        "persistence": KV_REFERENCE,
    },
}

PGVECTOR: Final = {
    "provider_id": "mine",
    "provider_type": "remote::pgvector",
    "config": {
        "host": "pg",
        "port": 5432,
        "db": "v",
        "user": "u",
        "password": "${env.MY_PASSWORD:=}",
        "persistence": KV_REFERENCE,
    },
}

QDRANT: Final = {
    "provider_id": "mine",
    "provider_type": "remote::qdrant",
    "config": {
        "url": "http://q",
        "grpc_port": 6334,
        "prefer_grpc": False,
        "timeout": 5,
        "persistence": KV_REFERENCE,
    },
}

WEAVIATE: Final = {
    "provider_id": "mine",
    "provider_type": "remote::weaviate",
    "config": {
        "weaviate_api_key": None,
        "weaviate_cluster_url": "w:8080",
        "persistence": KV_REFERENCE,
    },
}

LOCAL_FILES: Final = {
    "provider_id": "mine",
    "provider_type": "inline::localfs",
    "config": {
        "storage_dir": "/data/files",
        "metadata_store": SQL_REFERENCE,
        "ttl_secs": 60,
    },
}

S3: Final = {
    "provider_id": "mine",
    "provider_type": "remote::s3",
    "config": {
        "bucket_name": "b",
        "auto_create_bucket": False,
        "metadata_store": SQL_REFERENCE,
    },
}

LLAMA_GUARD: Final = {
    "provider_id": "mine",
    "provider_type": "inline::llama-guard",
    "config": {"excluded_categories": ["S1"]},
}

SEARCH: Final = {
    "provider_id": "mine",
    "provider_type": "remote::tavily-search",
    "config": {"api_key": "${env.MY_KEY:=}", "max_results": 3},
}

LOCAL_DATA: Final = {
    "provider_id": "mine",
    "provider_type": "inline::localfs",
    "config": {"kvstore": KV_REFERENCE},
}

EXAMPLES: Final = (
    *(("inference", each) for each in (OLLAMA, VLLM, OPENAI, BEDROCK, AZURE)),
    *(
        ("vector_io", each)
        for each in (FAISS, SQLITE_VEC, CHROMA, MILVUS, PGVECTOR, QDRANT, WEAVIATE)
    ),
    *(("files", each) for each in (LOCAL_FILES, S3)),
    *(("safety", LLAMA_GUARD), ("tool_runtime", SEARCH), ("datasetio", LOCAL_DATA)),
)
