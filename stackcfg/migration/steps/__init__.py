"""The steps of a migration, one module each, with the releases that need them.

A step module has a docstring that names the change, its release and its
upstream pull request, and a function `run`. It is imported when it is
due, since most files take only a part of the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import import_module

from stackcfg.light_typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from stackcfg.releases.changes import (
    ALLOWED_MODELS_SINCE,
    EMPTY_APIS_REFUSED_SINCE,
    FILE_PROCESSORS_SINCE,
    HOME_MOVED_SINCE,
    LOGGING_UNREAD_SINCE,
    MODELS_RENAMED_SINCE,
    POLICY_NEEDS_STORE_SINCE,
    SERVER_STORES_IN_SQL_SINCE,
    SQLITE_NAMESPACES_SINCE,
    TLS_DEMANDED_SINCE,
)
from stackcfg.releases.versions import Release

if TYPE_CHECKING:
    from stackcfg.migration.changes import Change
    from stackcfg.migration.context import StepContext
    from stackcfg.yamltext.document import Document

EVERY_FAMILY: Final[Release] = ()
"""The first release of every family: the step asks the facts what changed."""


_HIDING_ESCAPES: Final = (
    "\\x",
    "\\u00",
    "\\U0000",
    *("\\" + line_break for line_break in "\r\n\x85\u2028\u2029"),
)
"""How the escapes of a double-quoted string begin that stand for a
letter, or for nothing, as before the end of a line.
"""


class Step(NamedTuple):
    """One step: the first release that needs it, the name of its
    module, its files.

    A file can be for several releases; `applies` says how old it must
    be:

    - "old form": the step looks for a form that later releases do not have. It runs if
      the file can be older.
    - "certain": the step runs only if the file is certainly older.
    - "changed meaning": the release reads the same text in another way, as `differs`
      says. The step runs if the file is certainly older; otherwise the user is asked.
    - "always": no later release reads what the step looks for. It runs on every file.

    Nothing in a document without its `word` concerns the step, which is
    then not imported. A step that `asks` has a question of its own for
    a config that is left as it is, which can be older or not: its
    module has a function `ask`.
    """

    since: Release
    name: str
    applies: Literal["old form", "certain", "changed meaning", "always"] = "old form"
    differs: str = ""
    word: str = ""
    asks: bool = False

    def run(self, context: StepContext) -> Iterator[Change]:
        """Yield the changes of the step."""
        changes: Iterator[Change] = _load_step(self.name).run(context)
        return changes

    def ask(self, context: StepContext) -> Iterator[Change]:
        """Yield what the user must know of a config that is left as it is."""
        notes: Iterator[Change] = _load_step(self.name).ask(context)
        return notes


def steps_for(document: Document, steps: Sequence[Step]) -> Sequence[Step]:
    """Return the steps that can find anything in a document."""
    if not steps or _can_hide_words(document):
        return steps
    return [step for step in steps if not step.word or document.holds(step.word)]


# every hop asks for the document that the last one left
@lru_cache(maxsize=4)
def _can_hide_words(document: Document) -> bool:
    """Return whether a quoted string has an escape that can hide a word."""
    # most files have one that cannot: '\\u200B'
    return document.holds("\\") and any(map(document.holds, _HIDING_ESCAPES))


@cache
def _load_step(name: str) -> Any:
    """Return the module of a step, importing it."""
    return import_module(f"stackcfg.migration.steps.{name}")


STEPS: Final[tuple[Step, ...]] = (
    Step((0, 1, 0), "v0_1.memory_api"),
    Step((0, 1, 3), "v0_1.eval_tasks", word="eval_tasks"),
    Step((0, 1, 8), "v0_1.dataset_sources", word="datasets"),
    Step((0, 1, 8), "v0_1.otel_sinks", word="otel"),
    Step((0, 1, 8), "v0_1.qdrant_inline", word="remote::qdrant"),
    Step((0, 2, 2), "v0_2.quantized_inference", word="meta-reference-quantized"),
    Step((0, 2, 4), "v0_2.auth_endpoint", word="auth"),
    Step((0, 2, 5), "v0_2.code_interpreter", word="code-interpreter"),
    Step((0, 2, 6), "v0_2.scoring_lists", word="params"),
    Step((0, 2, 8), "v0_2.oauth2_auth", word="kubernetes"),
    Step((0, 2, 8), "v0_2.server_host", word="disable_ipv6"),
    Step((0, 2, 8), "v0_2.new_stores"),
    Step((0, 2, 9), "v0_2.postgres_port", word="postgres"),
    Step((0, 2, 10), "v0_2.auth_answers", word="custom"),
    Step((0, 2, 13), "v0_2.placeholder_syntax"),
    Step((0, 2, 13), "v0_2.version_number"),
    Step((0, 2, 14), "v0_2.milvus_token", word="remote::milvus"),
    Step((0, 2, 15), "v0_2.auth_provider_config", word="auth"),
    Step((0, 2, 15), "v0_2.otel_exporter", word="otel"),
    Step((0, 2, 15), "v0_2.ollama_connection", word="raise_on_connect_error"),
    Step((0, 2, 16), "v0_2.openai_compat", word="-openai-compat"),
    Step((0, 2, 16), "v0_2.inline_vllm", word="inline::vllm"),
    Step((0, 2, 16), "v0_2.default_providers"),
    Step((0, 2, 18), "v0_2.dpo_output", word="inline::huggingface"),
    Step((0, 2, 19), "v0_2.post_training_types", word="post_training"),
    Step((0, 2, 21), "v0_2.kubernetes_auth", word="ca_cert_path"),
    Step((0, 2, 21), "v0_2.files_provider", word="inline::rag-runtime"),
    Step((0, 3, 0), "v0_3.storage_catalog"),
    Step((0, 3, 0), "v0_3.store_references"),
    Step((0, 3, 0), "v0_3.dead_stores", "always", word="storage"),
    Step((0, 3, 0), "v0_3.registered_resources", "always"),
    Step((0, 3, 0), "v0_3.model_names", word="model_id"),
    Step((0, 3, 0), "v0_3.access_rules", "always", word="access_policy"),
    Step(
        (0, 3, 0),
        "v0_3.listed_models",
        "certain",
        word="inline::sentence-transformers",
    ),
    Step((0, 3, 0), "v0_3.telemetry", word="telemetry"),
    Step((0, 3, 0), "v0_3.vector_stores_api", word="vector_dbs"),
    Step((0, 3, 0), "v0_3.store_dimensions", "certain", word="embedding_dimension"),
    Step((0, 3, 0), "v0_3.vector_store_defaults", "certain", word="vector_io"),
    Step((0, 3, 0), "v0_3.native_addresses", "certain", word="providers"),
    Step((0, 3, 0), "v0_3.unread_keys", "certain"),
    Step((0, 3, 1), "v0_3.agent_lists", "always", word="agent_state"),
    Step((0, 3, 1), "v0_3.prompt_lists", "certain"),
    Step(
        ALLOWED_MODELS_SINCE,
        "v0_3.allowed_models",
        "changed meaning",
        "before 0.3.3 providers serve models that 'allowed_models' leaves out",
        word="allowed_models",
    ),
    Step(
        (0, 3, 5),
        "v0_3.inference_table",
        "changed meaning",
        "before 0.3.5 inference rows are in 'chat_completions', whatever "
        "'table_name' says",
    ),
    Step((0, 4, 0), "v0_4.prompts_store"),
    Step((0, 4, 0), "v0_4.files_provider", word="agents"),
    Step((0, 4, 0), "v0_4.agents_api", "certain", word="agents"),
    Step((0, 4, 0), "v0_4.telemetry_section"),
    Step((0, 4, 0), "v0_4.openai_addresses", "certain"),
    Step((0, 4, 0), "v0_4.inference_base_url"),
    Step((0, 4, 0), "v0_4.bedrock_api_key", "certain", word="remote::bedrock"),
    Step((0, 4, 0), "v0_4.scoring_return_types", word="return_type"),
    Step(
        (0, 4, 0),
        "v0_4.access_policy",
        "changed meaning",
        "from 0.4.0 other rules say who may use a resource",
        word="auth",
    ),
    Step((0, 4, 0), "v0_4.introspection_certificate", "certain", word="introspection"),
    Step((0, 4, 0), "v0_4.settled_early", "certain"),
    Step((0, 4, 3), "v0_4.vector_store_models", word="embedding_model"),
    Step((0, 5, 0), "v0_5.distro_name"),
    Step((0, 5, 0), "v0_5.connectors_store"),
    Step((0, 5, 0), "v0_5.connectors_section"),
    Step(
        (0, 5, 0),
        "v0_5.responses_table",
        "changed meaning",
        "before 0.5.0 responses are in 'openai_responses', whatever 'table_name' says",
    ),
    Step((0, 5, 0), "v0_5.vllm_network"),
    Step(
        (0, 5, 0),
        "v0_5.vertexai_location",
        "changed meaning",
        "without 'location' remote::vertexai calls us-central1 before 0.5.0, "
        "global since then",
        word="remote::vertexai",
    ),
    Step((0, 5, 1), "v0_5.default_storage"),
    Step((0, 7, 0), "v0_7.responses_api"),
    Step((0, 7, 0), "v0_7.builtin_providers"),
    Step((0, 7, 0), "v0_7.web_search", word="-search"),
    Step((0, 7, 0), "v0_7.tool_groups"),
    Step((0, 7, 0), "v0_7.file_search_templates"),
    Step((0, 7, 0), "v0_7.post_training_datasets", word="purpose"),
    Step((0, 7, 0), "v0_7.model_code", "certain"),
    Step(
        HOME_MOVED_SINCE,
        "v0_8.home_folder",
        "changed meaning",
        "the home folder is ~/.ogx from 0.8.0, ~/.llama before",
    ),
    Step(MODELS_RENAMED_SINCE, "v0_8.model_names", word="model_id", asks=True),
    Step(
        (0, 8, 0),
        "v0_8.database_names",
        "changed meaning",
        "a database that is left unnamed is 'ogx' from 0.8.0, 'llamastack' before",
    ),
    Step(
        (0, 8, 0),
        "v0_8.table_names",
        "changed meaning",
        "a table or collection of KV rows that is left unnamed is 'ogx_kvstore' "
        "from 0.8.0, 'llamastack_kvstore' before",
    ),
    Step(
        (0, 8, 0),
        "v0_8.token_audience",
        "changed meaning",
        "tokens are for the audience 'ogx' by default from 0.8.0, 'llama-stack' before",
        word="auth",
    ),
    Step((0, 8, 0), "v0_8.provider_data_header", "certain", word="remote::"),
    Step((0, 8, 0), "v0_8.row_actions", "certain", word="access_policy"),
    Step((0, 8, 0), "v0_8.vector_io_types"),
    Step(FILE_PROCESSORS_SINCE, "v0_8.file_processors", word="vector_io"),
    Step((0, 8, 0), "v0_8.provider_modules"),
    Step(SERVER_STORES_IN_SQL_SINCE, "v1_0.sql_stores"),
    Step((1, 0, 0), "v1_0.batches_store"),
    Step((1, 0, 0), "v1_0.agent_state"),
    Step(
        SQLITE_NAMESPACES_SINCE,
        "v1_0.sqlite_namespaces",
        "changed meaning",
        "sqlite puts the namespace before its keys from 1.0.0",
    ),
    Step(
        SQLITE_NAMESPACES_SINCE,
        "v1_0.default_stores",
        "changed meaning",
        "without 'storage' sqlite keys begin with their namespace, and prompts are in "
        "SQL, from 1.0.0",
    ),
    Step((1, 0, 0), "v1_0.interactions_store"),
    Step((1, 0, 0), "v1_0.github_organizations", "certain", word="github_token"),
    Step((1, 0, 0), "v1_0.introspection_certificate", "certain", word="introspection"),
    Step(
        (1, 0, 3),
        "v1_0.pgvector_password",
        "changed meaning",
        "pgvector has no default password from 1.0.3",
        word="remote::pgvector",
    ),
    Step(
        (1, 0, 3),
        "v1_0.postgres_passwords",
        "changed meaning",
        "before 1.0.3 user and password of sql_postgres are percent-decoded",
        word="sql_postgres",
    ),
    Step((1, 1, 0), "v1_1.messages_store"),
    Step(POLICY_NEEDS_STORE_SINCE, "v1_1.vector_store_metadata", word="access_policy"),
    Step(TLS_DEMANDED_SINCE, "v1_2.transport_security"),
    Step(LOGGING_UNREAD_SINCE, "v1_2.logging_levels", word="logging_config"),
    Step((1, 2, 0), "v1_2.local_reranker", word="inline::transformers"),
    Step((1, 2, 0), "v1_2.docling_address", word="remote::docling-serve"),
    Step((1, 4, 0), "v1_4.postgres_encryption"),
    Step(
        EMPTY_APIS_REFUSED_SINCE,
        "v1_5.empty_apis",
        "changed meaning",
        "an empty list of APIs serves none from 1.5.0, all before",
    ),
    Step(
        (1, 5, 0),
        "v1_5.implied_apis",
        "changed meaning",
        "from 1.5.0 'conversations' and 'prompts' are served only with 'responses'",
        word="apis",
    ),
    Step(EVERY_FAMILY, "every_family.renames"),
    Step(EVERY_FAMILY, "every_family.unlisted_rows", "always", word="namespace"),
    Step(EVERY_FAMILY, "every_family.removals", "certain"),
)
