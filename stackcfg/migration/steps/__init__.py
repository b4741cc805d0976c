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

from stackcfg.releases.changes import (
    EMPTY_APIS_REFUSED_SINCE,
    HOME_MOVED_SINCE,
    MODELS_RENAMED_SINCE,
    TLS_DEMANDED_SINCE,
)
from stackcfg.releases.logging_section import LOGGING_UNREAD_SINCE
from stackcfg.releases.versions import Release

if TYPE_CHECKING:
    from stackcfg.migration.changes import Change
    from stackcfg.migration.context import StepContext

EVERY_FAMILY: Final[Release] = ()
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

    def run(self, context: StepContext) -> Iterator[Change]:
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
    Step((0, 1, 0), "v0_1.memory_api"),
    Step((0, 1, 8), "v0_1.dataset_sources"),
    Step((0, 1, 8), "v0_1.otel_sinks"),
    Step((0, 1, 8), "v0_1.qdrant_inline"),
    Step((0, 2, 2), "v0_2.quantized_inference"),
    Step((0, 2, 4), "v0_2.auth_endpoint"),
    Step((0, 2, 5), "v0_2.code_interpreter"),
    Step((0, 2, 6), "v0_2.scoring_lists"),
    Step((0, 2, 8), "v0_2.oauth2_auth"),
    Step((0, 2, 8), "v0_2.server_host"),
    Step((0, 2, 8), "v0_2.new_stores"),
    Step((0, 2, 9), "v0_2.postgres_port"),
    Step((0, 2, 10), "v0_2.auth_answers"),
    Step((0, 2, 13), "v0_2.placeholder_syntax"),
    Step((0, 2, 13), "v0_2.version_number"),
    Step((0, 2, 14), "v0_2.milvus_token"),
    Step((0, 2, 15), "v0_2.auth_provider_config"),
    Step((0, 2, 15), "v0_2.otel_exporter"),
    Step((0, 2, 15), "v0_2.ollama_connection"),
    Step((0, 2, 16), "v0_2.openai_compat"),
    Step((0, 2, 16), "v0_2.inline_vllm"),
    Step((0, 2, 18), "v0_2.dpo_output"),
    Step((0, 2, 19), "v0_2.post_training_types"),
    Step((0, 2, 21), "v0_2.kubernetes_auth"),
    Step((0, 2, 21), "v0_2.rag_files"),
    Step((0, 3, 0), "v0_3.storage_catalog"),
    Step((0, 3, 0), "v0_3.store_references"),
    Step((0, 3, 0), "v0_3.registered_resources", of_any_age=True),
    Step((0, 3, 0), "v0_3.telemetry"),
    Step((0, 3, 0), "v0_3.vector_stores_api"),
    Step((0, 3, 0), "v0_3.provider_types"),
    Step((0, 3, 0), "v0_3.dangling_references"),
    Step((0, 3, 0), "v0_3.unread_keys"),
    Step((0, 3, 5), "v0_3.inference_table"),
    Step((0, 4, 0), "v0_4.prompts_store"),
    Step((0, 4, 0), "v0_4.telemetry_section"),
    Step((0, 4, 0), "v0_4.inference_base_url"),
    Step((0, 4, 0), "v0_4.bedrock_api_key"),
    Step((0, 4, 0), "v0_4.agents_need_files"),
    Step((0, 4, 0), "v0_4.scoring_return_types"),
    Step((0, 4, 0), "v0_4.settled_early"),
    Step((0, 5, 0), "v0_5.distro_name"),
    Step((0, 5, 0), "v0_5.connectors_store"),
    Step((0, 5, 0), "v0_5.connectors_section"),
    Step((0, 5, 0), "v0_5.responses_table"),
    Step((0, 5, 0), "v0_5.vllm_network"),
    Step((0, 5, 0), "v0_5.vertexai_location"),
    Step((0, 5, 1), "v0_5.default_storage"),
    Step((0, 7, 0), "v0_7.responses_api"),
    Step((0, 7, 0), "v0_7.builtin_providers"),
    Step((0, 7, 0), "v0_7.tool_groups"),
    Step((0, 7, 0), "v0_7.file_search_templates"),
    Step((0, 7, 0), "v0_7.post_training_datasets"),
    Step((0, 7, 0), "v0_7.model_code"),
    Step(HOME_MOVED_SINCE, "v0_8.home_folder"),
    Step(MODELS_RENAMED_SINCE, "v0_8.model_names"),
    Step((0, 8, 0), "v0_8.database_names"),
    Step((0, 8, 0), "v0_8.token_audience"),
    Step((0, 8, 0), "v0_8.vector_io_types"),
    Step((0, 8, 0), "v0_8.provider_modules"),
    Step((1, 0, 0), "v1_0.sql_stores"),
    Step((1, 0, 0), "v1_0.batches_store"),
    Step((1, 0, 0), "v1_0.agent_state"),
    Step((1, 0, 0), "v1_0.sqlite_namespaces"),
    Step((1, 0, 0), "v1_0.interactions_store"),
    Step((1, 0, 4), "v1_0.pgvector_password"),
    Step((1, 1, 0), "v1_1.messages_store"),
    Step(TLS_DEMANDED_SINCE, "v1_2.transport_security"),
    Step(LOGGING_UNREAD_SINCE, "v1_2.logging_levels"),
    Step((1, 2, 0), "v1_2.local_reranker"),
    Step((1, 2, 0), "v1_2.docling_address"),
    Step((1, 4, 0), "v1_4.postgres_encryption"),
    Step(EMPTY_APIS_REFUSED_SINCE, "v1_5.empty_apis"),
    Step(EVERY_FAMILY, "every_family.removals"),
)
