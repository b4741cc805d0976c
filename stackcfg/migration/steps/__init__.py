"""The steps of a migration, each declared with the release that asks for it. One module per breaking change.

A step module has a docstring that names the change, its release and its upstream pull request, and a function `run`. It
is imported when it is due, since most files take only a part of the way.

A file can be for several releases. A step that looks for an old form runs wherever one of them is old enough. One that
answers a change of meaning, where the same text is read in another way, must know: it sets `DIFFERS` to what is read
differently, and runs only where all of them are old enough, or where a person names the release. `CERTAIN = True` asks
for the same and has nothing to say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

from stackcfg.releases.changes import HOME_MOVED, MODELS_RENAMED, NO_APIS, TLS_DEMANDED
from stackcfg.releases.logging_section import UNREAD_SINCE
from stackcfg.releases.versions import Release

if TYPE_CHECKING:
    from stackcfg.migration.changes import Change
    from stackcfg.migration.context import Context

EVERY: Final[Release] = ()
"""Stands for the first release of every family: what such a step looks for, the facts tell release by release."""


class Step(NamedTuple):
    """One step: the first release that wants what it writes, and the name of its module.

    `of_any_age`: what it looks for is read by no later release and stands in files of any age, since those drop it.
    """

    since: Release
    name: str
    of_any_age: bool = False

    @property
    def module(self) -> ModuleType:
        """Its module, imported now if it was not."""
        return import_module(f"stackcfg.migration.steps.{self.name}")

    def run(self, context: Context) -> Iterator[Change]:
        """What it changes."""
        changes: Iterator[Change] = self.module.run(context)
        return changes

    @property
    def differs(self) -> str:
        """What is read in another way from its release on; empty where it only looks for an old form."""
        return str(getattr(self.module, "DIFFERS", ""))

    @property
    def certain(self) -> bool:
        """Whether it needs to know the file's release."""
        return bool(getattr(self.module, "CERTAIN", False))


STEPS: Final[tuple[Step, ...]] = (
    Step((0, 1, 0), "memory_api"),
    Step((0, 1, 8), "dataset_sources"),
    Step((0, 1, 8), "otel_sinks"),
    Step((0, 1, 8), "qdrant_inline"),
    Step((0, 2, 2), "quantized_inference"),
    Step((0, 2, 4), "auth_endpoint"),
    Step((0, 2, 5), "code_interpreter"),
    Step((0, 2, 6), "scoring_lists"),
    Step((0, 2, 8), "oauth2_auth"),
    Step((0, 2, 8), "server_host"),
    Step((0, 2, 8), "new_stores"),
    Step((0, 2, 9), "postgres_port"),
    Step((0, 2, 10), "auth_answers"),
    Step((0, 2, 13), "placeholder_syntax"),
    Step((0, 2, 13), "version_number"),
    Step((0, 2, 14), "milvus_token"),
    Step((0, 2, 15), "auth_provider_config"),
    Step((0, 2, 15), "otel_exporter"),
    Step((0, 2, 15), "ollama_connection"),
    Step((0, 2, 16), "openai_compat"),
    Step((0, 2, 16), "inline_vllm"),
    Step((0, 2, 18), "dpo_output"),
    Step((0, 2, 19), "post_training_types"),
    Step((0, 2, 21), "kubernetes_auth"),
    Step((0, 2, 21), "rag_files"),
    Step((0, 3, 0), "storage_catalog"),
    Step((0, 3, 0), "store_references"),
    Step((0, 3, 0), "registered_resources", of_any_age=True),
    Step((0, 3, 0), "telemetry"),
    Step((0, 3, 0), "vector_stores_api"),
    Step((0, 3, 0), "provider_types"),
    Step((0, 3, 0), "dangling_references"),
    Step((0, 3, 0), "unread_keys"),
    Step((0, 3, 5), "inference_table"),
    Step((0, 4, 0), "prompts_store"),
    Step((0, 4, 0), "telemetry_section"),
    Step((0, 4, 0), "inference_base_url"),
    Step((0, 4, 0), "bedrock_api_key"),
    Step((0, 4, 0), "agents_need_files"),
    Step((0, 4, 0), "scoring_return_types"),
    Step((0, 4, 0), "settled_early"),
    Step((0, 5, 0), "distro_name"),
    Step((0, 5, 0), "connectors_store"),
    Step((0, 5, 0), "connectors_section"),
    Step((0, 5, 0), "responses_table"),
    Step((0, 5, 0), "vllm_network"),
    Step((0, 5, 0), "vertexai_location"),
    Step((0, 5, 1), "default_storage"),
    Step((0, 7, 0), "responses_api"),
    Step((0, 7, 0), "builtin_providers"),
    Step((0, 7, 0), "tool_groups"),
    Step((0, 7, 0), "file_search_templates"),
    Step((0, 7, 0), "post_training_datasets"),
    Step((0, 7, 0), "model_code"),
    Step(HOME_MOVED, "home_folder"),
    Step(MODELS_RENAMED, "model_names"),
    Step((0, 8, 0), "database_names"),
    Step((0, 8, 0), "token_audience"),
    Step((0, 8, 0), "vector_io_types"),
    Step((0, 8, 0), "provider_modules"),
    Step((1, 0, 0), "sql_stores"),
    Step((1, 0, 0), "batches_store"),
    Step((1, 0, 0), "agent_state"),
    Step((1, 0, 0), "sqlite_namespaces"),
    Step((1, 0, 0), "interactions_store"),
    Step((1, 0, 4), "pgvector_password"),
    Step((1, 1, 0), "messages_store"),
    Step(TLS_DEMANDED, "transport_security"),
    Step(UNREAD_SINCE, "logging_levels"),
    Step((1, 2, 0), "local_reranker"),
    Step((1, 2, 0), "docling_address"),
    Step((1, 4, 0), "postgres_encryption"),
    Step(NO_APIS, "empty_apis"),
    Step(EVERY, "removals"),
)
