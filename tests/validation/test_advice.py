"""The help of findings: a file that follows it has neither the finding nor a new error."""

from __future__ import annotations

import pytest

from stackcfg.validation.engine import validate
from stackcfg.validation.findings import Finding
from stackcfg.validation.settings import settings_for
from tests.support.running import ROOT

CONFIG = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference: [{provider_id: ollama, provider_type: 'remote::ollama'}]
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /srv/llama/kv.db}
    sql_default: {type: sql_sqlite, db_path: /srv/llama/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
AGENTS = (
    "[{provider_id: a, provider_type: 'inline::meta-reference', config: {persistence: {agent_state: {backend: "
    "kv_default, namespace: a}, responses: {backend: sql_default, table_name: r}}}}]\n"
)
FILES = (
    "files: [{provider_id: localfs, provider_type: inline::localfs, config: {storage_dir: FOLDER, "
    "metadata_store: {backend: sql_default, table_name: files_metadata}}}]"
)


def with_apis(*names: str) -> str:
    return CONFIG.replace("[inference]", f"[{', '.join(('inference', *names))}]")


def found_in(text: str, release: str) -> list[Finding]:
    return [
        each
        for each in validate(text, settings_for(release)).findings
        if each.severity == "error"
    ]


@pytest.mark.parametrize(
    ("release", "before", "advice", "after"),
    [
        (
            "0.3.5",
            with_apis("shields"),
            "add 'safety' to 'apis', which also serves 'shields', or remove 'shields' from 'apis'",
            with_apis("shields", "safety"),
        ),
        (
            "0.7.3",
            with_apis("tool_groups").replace("image_name", "distro_name"),
            "add 'tool_runtime' to 'apis', which also serves 'tool_groups', or remove 'tool_groups' from 'apis'",
            with_apis("tool_groups", "tool_runtime").replace(
                "image_name", "distro_name"
            ),
        ),
        (
            "0.3.5",
            with_apis("telemetry"),
            "write 'telemetry: {enabled: true}' at the top level, or remove 'telemetry' from 'apis'",
            with_apis("telemetry") + "telemetry: {enabled: true}\n",
        ),
        (
            "0.3.5",
            with_apis("agents", "vector_io", "safety").replace(
                "storage:", f"  agents: {AGENTS}storage:"
            ),
            "add 'tool_runtime' to 'apis', which also serves 'tool_groups'",
            with_apis("agents", "vector_io", "safety", "tool_runtime").replace(
                "storage:", f"  agents: {AGENTS}storage:"
            ),
        ),
        (
            "0.3.5",
            with_apis("files"),
            f"add to 'providers': {FILES}, or remove 'files' from 'apis'",
            with_apis("files").replace("storage:", f"  {FILES}\nstorage:"),
        ),
        (
            "0.3.5",
            with_apis("batches"),
            "add a provider under providers.batches, or remove 'batches' from 'apis'",
            with_apis("batches", "files").replace(
                "storage:",
                f"  batches: [{{provider_id: b, provider_type: 'inline::reference', config: {{kvstore: {{backend: "
                f"kv_default, namespace: b}}}}}}]\n  {FILES}\nstorage:",
            ),
        ),
    ],
)
def test_help_for_an_api_without_implementation(
    release: str, before: str, advice: str, after: str
) -> None:
    assert [each.help for each in found_in(before, release)] == [advice]
    assert found_in(after, release) == []


@pytest.mark.parametrize(
    ("good", "bad", "advice", "fixed"),
    [
        ("registry", "12", "write it in quotes", "'12'"),
        ("registry", "[a]", "write a string", "a"),
        ("version: 2", "version: two", "write an integer", "version: 3"),
        (
            "apis: [inference]",
            "apis: inference",
            "write a list",
            "apis: [inference, models]",
        ),
        ("apis: [inference]", "apis:", "write a list, or remove the key", ""),
        ("version: 2", "version:", "write an integer, or remove the key", ""),
        (
            "providers:",
            "providers:\n  safety:",
            "write a list, or remove the key",
            "providers:",
        ),
        (
            "'remote::ollama'}",
            "'remote::ollama', config: }",
            "write a mapping, or remove the key",
            "'remote::ollama'}",
        ),
        ("registry", "", "write a string", "r"),
        (
            "provider_id: ollama",
            "provider_id: 7",
            "write it in quotes",
            "provider_id: '7'",
        ),
    ],
)
def test_help_for_a_value_of_a_wrong_type(
    good: str, bad: str, advice: str, fixed: str
) -> None:
    found = found_in(CONFIG.replace(good, bad), "0.3.5")
    assert [each.help for each in found] == [advice]
    assert found_in(CONFIG.replace(good, fixed), "0.3.5") == []


@pytest.mark.parametrize(
    ("config", "advice", "fixed"),
    [
        (
            "{url: 'http://vllm:8000', refresh_models: '${env.REFRESH:+true}'}",
            "write '${env.REFRESH:=…}' with a valid default",
            "{url: 'http://vllm:8000', refresh_models: '${env.REFRESH:=true}'}",
        ),
        (
            "{url: 'http://vllm:8000', refresh_models: '${env.REFRESH:=perhaps}'}",
            "write a valid default, or '${env.REFRESH}' if it is always set",
            "{url: 'http://vllm:8000', refresh_models: '${env.REFRESH:=true}'}",
        ),
    ],
)
def test_help_for_a_variable(config: str, advice: str, fixed: str) -> None:
    entry = "provider_id: ollama, provider_type: 'remote::ollama'"
    vllm = f"provider_id: vllm, provider_type: 'remote::vllm', config: {config}"
    before = CONFIG.replace(entry, vllm)
    assert [each.help for each in found_in(before, "0.3.5")] == [advice]
    assert found_in(before.replace(config, fixed), "0.3.5") == []


def test_quotes_are_no_help_where_the_server_reads_strings_as_numbers() -> None:
    old = CONFIG[: CONFIG.index("storage:")].replace("demo", "'2025'")
    old = old.replace("'remote::ollama'", "'remote::ollama', config: {}")
    [found] = found_in(old, "0.2.14")
    assert found.help == "write another string, or use 0.2.20 or later"
    assert found_in(old, "0.2.20") == []
    assert found_in(old.replace("2025", "y2025"), "0.2.14") == []


def test_help_for_a_list_entry_whose_dash_is_lost() -> None:
    path = ROOT / "fixtures" / "validate" / "duplicate-key" / "bad-lost-dash.yaml"
    text = path.read_text()
    advice = "keep one of the two; or write '- ' where a new entry of the list begins"
    found = validate(text, settings_for("0.3.5")).findings
    assert [each.help for each in found] == [advice, advice]
    fixed = text.replace("    provider_id: vllm", "  - provider_id: vllm")
    assert validate(fixed, settings_for("0.3.5")).findings == ()


def test_help_for_a_provider_type_names_only_the_nearest_of_many() -> None:
    before = CONFIG.replace("remote::ollama", "remote::ollama-cloud-servers")
    [found] = found_in(before, "0.3.5")
    advice, _, words = found.help.partition(": ")
    assert advice == "nearest known types"
    assert words.partition(";")[0].count(",") == 2


def test_help_for_an_unknown_provider_lists_six_of_many() -> None:
    entry = "{provider_id: ollama, provider_type: 'remote::ollama'}"
    entries = ", ".join(entry.replace("id: ollama", f"id: p{n}") for n in range(8))
    model = "\nregistered_resources: {models: [{model_id: m, provider_id: all}]}\n"
    [found] = found_in(CONFIG.replace(entry, entries) + model, "0.3.5")
    assert found.help == "use one of: p0, p1, p2, p3, p4, p5, … (8 in all)"


def test_help_for_an_unknown_key_names_only_keys_of_similar_names() -> None:
    def help_for(key: str) -> str:
        text = CONFIG + f"\nserver: {{port: 8321, {key}: 1}}\n"
        found = validate(text, settings_for("0.3.5")).findings
        [advice] = [each.help for each in found if each.rule == "unknown-key"]
        return advice

    assert help_for("tls_file") == "did you mean 'tls_cafile'?"
    assert (
        help_for("certificate_file") == "nearest known keys: tls_certfile, tls_cafile"
    )
    assert help_for("q9") == "remove it; no known key has a similar name"
    assert help_for("x-common") == "remove it; no alias names an anchor in it"


@pytest.mark.parametrize("kind", ["Kustomization", "Component"])
def test_help_for_a_config_map_that_a_kustomization_generates(kind: str) -> None:
    file = ROOT / "fixtures/validate/absent-reference/bad-generated.yaml"
    text = file.read_text().replace("kind: Kustomization", f"kind: {kind}")
    (found,) = validate(text, settings_for()).findings
    assert found.help == "give its generator 'options.labels' with 'ogx.io/watch'"


KEEP = "keep it: aliases elsewhere in the file name its anchors"


@pytest.mark.parametrize(
    ("top", "use", "severity", "advice"),
    [
        ("defaults: &base {provider_type: 'remote::ollama'}", "*base", "info", KEEP),
        ("x-a: {b: &base {provider_type: 'remote::ollama'}}", "*base", "info", KEEP),
        (
            "defaults: &base {provider_type: 'remote::ollama'}",
            "{provider_type: 'remote::ollama'}",
            "warning",
            "nearest known keys: models, datasets",
        ),
        # only its own aliases, and a slip
        (
            "x-a: [&base {provider_type: 'remote::ollama'}, *base]",
            "{provider_type: 'remote::ollama'}",
            "warning",
            "remove it; no alias names an anchor in it",
        ),
        (
            "servr: &base {provider_type: 'remote::ollama'}",
            "*base",
            "warning",
            "did you mean 'server'?",
        ),
    ],
)
def test_a_key_that_holds_anchors_for_aliases_is_for_information(
    top: str, use: str, severity: str, advice: str
) -> None:
    provider = f"inference:\n  - <<: {use}\n    provider_id: ollama"
    old = CONFIG.replace(
        "inference: [{provider_id: ollama, provider_type: 'remote::ollama'}]", provider
    ).partition("storage:")[0]
    found = validate(f"{top}\n{old}", settings_for("0.2.23")).findings
    [unknown] = [each for each in found if each.rule == "unknown-key"]
    assert (unknown.severity, unknown.help) == (severity, advice)


@pytest.mark.parametrize(
    ("release", "api"),
    [("0.3.5", "agents"), ("0.6.1", "agents"), ("0.7.3", "responses")],
)
def test_an_unused_store_of_responses_names_the_provider_that_stores_them(
    release: str, api: str
):
    text = CONFIG + "    responses: {backend: sql_default, table_name: r}\n"
    [found] = [
        each
        for each in validate(text, settings_for(release)).findings
        if each.rule == "inert-key"
    ]
    assert found.help == (
        f"remove it: the provider of '{api}' says where responses are stored"
    )
