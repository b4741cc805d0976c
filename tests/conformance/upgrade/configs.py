"""The run config of 0.2.23 of a service with many users."""

from __future__ import annotations

from typing import Any, Final

import yaml

from tests.conformance.upgrade.model_server import CHAT, DIMENSION, EMBEDDING

FOLDER: Final = "${env.SERVICE_DATA}"
UNUSED_PORT: Final = 1024
"""The lowest that servers take. Each one is started on a port of its own; a copy looks whether one answers on that of its config."""

POSTGRES: Final = {
    "type": "postgres",
    "host": "127.0.0.1",
    "port": "${env.OLD_PORT}",
    "db": "old",
    "user": "llama",
    "password": "${env.OLD_PASSWORD}",
}
FURTHER: Final = {
    "faiss": {"table_name": "faiss_rows"},
    "batches": {"namespace": "b"},
    "prompts": {},
}
"""What some KV stores have on PostgreSQL: a table or a namespace of their own."""


def store(name: str, engine: str) -> dict[str, Any]:
    """Return the inline store of a part of the service."""
    if engine == "postgres":
        return {**POSTGRES, **FURTHER.get(name, {})}
    return {"type": "sqlite", "db_path": f"{FOLDER}/{name}.db"}


def providers(engine: str) -> dict[str, list[dict[str, Any]]]:
    """Return all providers: each keeps its rows in a store of its own."""

    def one(name: str, kind: str, **config: Any) -> dict[str, Any]:
        return {"provider_id": name, "provider_type": kind, "config": config}

    agents = {
        "persistence_store": store("agents", engine),
        "responses_store": store("responses", engine),
    }
    uploads = {
        "storage_dir": f"{FOLDER}/uploads",
        "metadata_store": store("files", engine),
    }
    return {
        "inference": [
            one("vllm", "remote::vllm", url="${env.MODELS_URL}", api_token="stub")
        ],
        "vector_io": [
            one("faiss", "inline::faiss", kvstore=store("faiss", engine)),
            one(
                "sqlite-vec",
                "inline::sqlite-vec",
                db_path=f"{FOLDER}/vectors.db",
                kvstore=store("vectors_kv", engine),
            ),
        ],
        "files": [one("localfs", "inline::localfs", **uploads)],
        "safety": [one("llama-guard", "inline::llama-guard", excluded_categories=[])],
        "agents": [one("meta-reference", "inline::meta-reference", **agents)],
        "datasetio": [
            one("localfs", "inline::localfs", kvstore=store("datasets", engine))
        ],
        "scoring": [one("basic", "inline::basic")],
        "eval": [
            one(
                "meta-reference",
                "inline::meta-reference",
                kvstore=store("eval", engine),
            )
        ],
        "tool_runtime": [
            one("rag-runtime", "inline::rag-runtime"),
            one("mcp", "remote::model-context-protocol"),
        ],
        # without this provider each call is printed and stored, which takes more time than the call
        "telemetry": [one("meta-reference", "inline::meta-reference", sinks=[])],
        "batches": [
            one("reference", "inline::reference", kvstore=store("batches", engine))
        ],
    }


def models() -> list[dict[str, Any]]:
    """Return the models that are registered at the start."""
    chat = {"model_id": "chat", "provider_model_id": CHAT, "model_type": "llm"}
    embedding = {
        "model_id": "embed",
        "provider_model_id": EMBEDDING,
        "model_type": "embedding",
        "metadata": {"embedding_dimension": DIMENSION},
    }
    return [{**each, "provider_id": "vllm"} for each in (chat, embedding)]


def old_config(engine: str, logins: bool) -> str:
    """Return the run config of a service whose stores are on one engine."""
    server: dict[str, Any] = {"port": UNUSED_PORT}
    if logins:
        endpoint = {"type": "custom", "endpoint": "${env.LOGIN_URL}"}
        server["auth"] = {"provider_config": endpoint}
    parts = providers(engine)
    data = {
        "version": 2,
        "image_name": "service",
        "apis": sorted(parts),
        "providers": parts,
        "metadata_store": store("registry", engine),
        "inference_store": store("inference", engine),
        "models": models(),
        "tool_groups": [{"toolgroup_id": "builtin::rag", "provider_id": "rag-runtime"}],
        "server": server,
    }
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    return text
