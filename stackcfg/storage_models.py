"""The storage section of a run config as typed models: the source of the JSON Schemas in `schemas/`.

One model per backend type and reference, as the config models of 0.3.0 to 0.3.5 have them (#3697). Values may be
placeholders, so a port may be text. Imported only where a schema is made: pydantic is slow to load.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class KvSqlite(_Strict):
    """A KV store in a sqlite file. `~` is expanded in the default of a placeholder only."""

    type: Literal["kv_sqlite"]
    db_path: str
    namespace: str | None = None


class KvRedis(_Strict):
    """A KV store in Redis."""

    type: Literal["kv_redis"]
    host: str = "localhost"
    port: int | str = 6379
    namespace: str | None = None


class KvPostgres(_Strict):
    """A KV store in a table of a Postgres database."""

    type: Literal["kv_postgres"]
    host: str = "localhost"
    port: int | str = 5432
    db: str = "llamastack"
    user: str
    password: str | None = None
    ssl_mode: str | None = None
    ca_cert_path: str | None = None
    table_name: str = "llamastack_kvstore"
    namespace: str | None = None


class KvMongodb(_Strict):
    """A KV store in a collection of a MongoDB database."""

    type: Literal["kv_mongodb"]
    host: str = "localhost"
    port: int | str = 27017
    db: str = "llamastack"
    user: str | None = None
    password: str | None = None
    collection_name: str = "llamastack_kvstore"
    namespace: str | None = None


class SqlSqlite(_Strict):
    """A SQL store in a sqlite file."""

    type: Literal["sql_sqlite"]
    db_path: str


class SqlPostgres(_Strict):
    """A SQL store in a Postgres database."""

    type: Literal["sql_postgres"]
    host: str = "localhost"
    port: int | str = 5432
    db: str = "llamastack"
    user: str
    password: str | None = None


Backend = Annotated[
    KvSqlite | KvRedis | KvPostgres | KvMongodb | SqlSqlite | SqlPostgres,
    Field(discriminator="type"),
]


class KvReference(_Strict):
    """A reference to a KV backend; keys begin with the namespace."""

    backend: str
    namespace: str


class SqlReference(_Strict):
    """A reference to a SQL backend and a table in it."""

    backend: str
    table_name: str


class QueuedReference(SqlReference):
    """A reference to a SQL backend that is written through a queue."""

    max_write_queue_size: int | str = 10000
    num_writers: int | str = 4


class Stores(_Strict):
    """The stores of the server itself; 0.3 does not start without metadata, inference and conversations."""

    metadata: KvReference
    inference: QueuedReference
    conversations: SqlReference
    responses: QueuedReference | None = None


class Storage(_Strict):
    """The `storage` section of a run config for 0.3."""

    backends: dict[str, Backend]
    stores: Stores
