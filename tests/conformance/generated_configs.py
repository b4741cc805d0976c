"""Makes 0.2.23 run configs that nobody wrote: any mix of providers, engines, places and order."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import yaml

SQLITE_PATHS = (
    "${{env.SQLITE_STORE_DIR:=~/.llama/distributions/x}}/{}.db",
    "/data/{}.db",
    "~/x/{}.db",
    "./{}.db",
    "${{env.DB_FILE:=/tmp/{}.db}}",
    "one-file-for-all.db",
)

VECTOR_SETTINGS: dict[str, dict[str, Any]] = {
    "inline::faiss": {},
    "inline::meta-reference": {},
    "inline::sqlite-vec": {"db_path": "/data/vectors.db"},
    "inline::sqlite_vec": {"db_path": "/data/vectors.db"},
    "inline::chromadb": {"db_path": "/data/chroma"},
    "inline::milvus": {"db_path": "/data/milvus.db"},
    "inline::qdrant": {"path": "/data/qdrant"},
    "remote::chromadb": {"url": "http://chroma"},
    "remote::milvus": {"uri": "http://milvus", "token": None},
    "remote::pgvector": {
        "host": "pg",
        "port": 5432,
        "db": "v",
        "user": "u",
        "password": "p",
    },
    "remote::qdrant": {"url": "http://qdrant"},
    "remote::weaviate": {
        "weaviate_api_key": None,
        "weaviate_cluster_url": "weaviate:8080",
    },
}
"""The settings of each vector_io provider besides its store."""

MAY_LACK_A_STORE = ("remote::pgvector", "remote::weaviate")

RESOURCES = (
    "models",
    "shields",
    "vector_dbs",
    "datasets",
    "scoring_fns",
    "benchmarks",
    "tool_groups",
)


class Generator:
    """Draws configs from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0

    def text(self) -> str:
        """The next config, in one of a few styles."""
        style = {
            "default_flow_style": self.random.choice([False, False, None]),
            "indent": self.random.choice([2, 4]),
        }
        return yaml.dump(self.config(), sort_keys=False, **style)

    def config(self) -> dict[str, Any]:
        """The next config, as data."""
        providers = self.providers()
        config: dict[str, Any] = {
            "version": 2,
            "image_name": "generated",
            "providers": providers,
        }
        if self.likely(0.7):
            config["apis"] = sorted(providers)
        if self.likely(0.8):
            config["metadata_store"] = self.kv("registry") if self.likely(0.9) else None
        if self.likely(0.8):
            config["inference_store"] = self.inference_store()
        for name in RESOURCES:
            if self.likely(0.7):
                config[name] = []
        if self.likely(0.3):
            store = {"type": "sqlite"} | (
                {"db_path": "/data/quota.db"} if self.likely(0.6) else {}
            )
            config["server"] = {
                "port": 8321,
                "quota": {"kvstore": store, "anonymous_max_requests": 5},
            }
        names = list(config)
        if self.likely(0.5):
            self.random.shuffle(names)
        return {name: config[name] for name in names}

    def providers(self) -> dict[str, list[dict[str, Any]]]:
        """Providers of some APIs, several of one kind among them."""
        found = {
            "inference": [self.provider("remote::ollama", {"url": "http://ollama"})]
        }
        makers: dict[str, Callable[[], list[dict[str, Any]]]] = {
            "vector_io": lambda: [
                self.vector_provider() for _ in range(self.random.randint(1, 4))
            ],
            "agents": lambda: [self.agents()],
            "files": self.files,
            "batches": lambda: [
                self.provider("inline::reference", {"kvstore": self.kv("batches")})
            ],
            "eval": lambda: [
                self.provider("inline::meta-reference", {"kvstore": self.kv("eval")})
            ],
            "datasetio": lambda: [
                self.provider("remote::huggingface", {"kvstore": self.kv("datasets")})
            ],
            "telemetry": lambda: [
                self.provider("inline::meta-reference", {"sinks": "console"})
            ],
        }
        return found | {api: make() for api, make in makers.items() if self.likely(0.6)}

    def provider(self, kind: str, settings: dict[str, Any]) -> dict[str, Any]:
        """An entry under a name of its own, some of them on only while a variable is set."""
        self.count += 1
        name = f"p{self.count}"
        owner = f"${{env.WITH_{self.count}:+{name}}}" if self.likely(0.2) else name
        return {"provider_id": owner, "provider_type": kind, "config": settings}

    def vector_provider(self) -> dict[str, Any]:
        """A provider of vector_io."""
        kind = self.random.choice(sorted(VECTOR_SETTINGS))
        settings = dict(VECTOR_SETTINGS[kind])
        if kind not in MAY_LACK_A_STORE or self.likely(0.6):
            settings["kvstore"] = self.kv(f"vectors{self.random.randint(0, 3)}")
        return self.provider(kind, settings)

    def agents(self) -> dict[str, Any]:
        """The agents provider with its two stores."""
        stores = {
            "persistence_store": self.kv("agents"),
            "responses_store": self.sql("responses"),
        }
        return self.provider("inline::meta-reference", stores)

    def files(self) -> list[dict[str, Any]]:
        """One files provider or two, which both use one table of fixed name."""
        local = self.provider(
            "inline::localfs",
            {"storage_dir": "/data/files", "metadata_store": self.sql("files")},
        )
        bucket = self.provider(
            "remote::s3", {"bucket_name": "b", "metadata_store": self.sql("bucket")}
        )
        return [local, bucket] if self.likely(0.3) else [local]

    def inference_store(self) -> dict[str, Any]:
        """The inference store, plain or with its queue settings."""
        if self.likely(0.6):
            return self.sql("inference")
        queue = {"max_write_queue_size": 500, "num_writers": "${env.WRITERS:=2}"}
        return {"sql_store_config": self.sql("inference")} | {
            k: v for k, v in queue.items() if self.likely(0.5)
        }

    def kv(self, name: str) -> dict[str, Any]:
        """An inline KV store."""
        server = {
            "db": "llama",
            "user": "${env.DB_USER:=u}",
            "password": "${env.DB_PASSWORD:=p}",
        }
        port = self.random.choice([5432, "5432", "${env.PG_PORT:=5432}"])
        postgres = {
            "type": "postgres",
            "host": "${env.PG_HOST:=localhost}",
            "port": port,
            **server,
        }
        stores = [
            {
                "type": "sqlite",
                "db_path": self.random.choice(SQLITE_PATHS).format(name),
            },
            {
                "type": "sqlite",
                "db_path": self.random.choice(SQLITE_PATHS).format(name),
                "namespace": None,
            },
            {"type": "sqlite"},
            {
                "type": "redis",
                "host": "redis",
                "port": self.random.choice([6379, "${env.REDIS_PORT:=6379}"]),
            },
            {"type": "redis", "namespace": f"space:{name}"},
            postgres,
            {**postgres, "table_name": f"table_{name}"},
            {**postgres, "namespace": name},
            {"type": "postgres", "user": "other"},
            {"type": "mongodb", "host": "mongo", **server, "collection_name": name},
            {"type": "${env.KV_TYPE:=sqlite}", "db_path": f"/data/{name}.db"},
        ]
        return self.random.choice(stores)

    def sql(self, name: str) -> dict[str, Any]:
        """An inline SQL store."""
        postgres = {"type": "postgres", "host": "pg", "user": "u", "password": "p"}
        stores = [
            {
                "type": "sqlite",
                "db_path": self.random.choice(SQLITE_PATHS).format(name),
            },
            {"type": "sqlite"},
            {**postgres, "port": self.random.choice([5432, "${env.PG_PORT:=5432}"])},
            {**postgres, "db": "other"},
        ]
        return self.random.choice(stores)

    def likely(self, chance: float) -> bool:
        """True in `chance` of the cases."""
        return self.random.random() < chance
