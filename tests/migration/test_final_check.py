"""What the target refuses in a migrated file needs action, at its line in the old text."""

from __future__ import annotations

import pytest

from stackcfg.migration.engine import migrate, settings_for
from stackcfg.validation.engine import validate
from stackcfg.validation.settings import settings_for as validation_settings
from tests.support.in_process import run_here

FILE = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama
    config:
      url: http://ollama:11434
metadata_store: {type: sqlite, db_path: /srv/registry.db}
models:
- {model_id: small, provider_id: ollama}
"""

VECTORS = """\
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
    config:
      persistence:
        backend: kv_vectors
        namespace: vectors
"""

CONFIGMAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: demo}
data:
  run.yaml: |
"""


def said(
    text: str, target: str = "0.7", severity: str = "action required", **words: str
) -> list[str]:
    found = migrate(text, settings_for(target, **words)).configs[0].notes
    return [
        f"{each.position.line}: {each.message}"
        for each in found
        if each.severity == severity
    ]


def test_a_file_that_the_target_accepts_has_no_notes():
    assert said(FILE) == []


@pytest.mark.parametrize("target", ["0.3", "0.7", "1.5"])
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "remote::ollama",
            "remote::olama",
            "has no provider 'remote::olama' for inference; it refuses to start",
        ),
        (
            "small, provider_id: ollama",
            "small, provider_id: olama",
            "'olama' is not a provider of inference;",
        ),
        ("image_name: demo\n", "", "_name'"),
        (
            "apis: [inference]",
            "apis: [inference, files]",
            "no provider for the API 'files' is enabled",
        ),
    ],
)
def test_an_error_that_the_old_server_had_is_to_be_checked(
    old: str, new: str, expected: str, target: str
):
    text = FILE.replace(old, new)
    assert said(text, target) == []
    found = said(text, target, "check")
    known = [each for each in found if each.endswith(" (also before the migration)")]
    if target == "1.5" and "files" in new:
        assert known == [], "1.5 skips an API without provider"
    else:
        assert len(known) == 1
        assert expected in known[0]


RAG = """\
  tool_runtime:
  - {provider_id: rag, provider_type: 'inline::rag-runtime', config: {}}
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
    config: {kvstore: {type: sqlite, db_path: /srv/faiss.db}}
"""
PASTE = (
    "files: [{provider_id: localfs, provider_type: inline::localfs, config: "
    "{storage_dir: FOLDER, metadata_store: {backend: sql_default, table_name: "
    "files_metadata}}}]"
)


def with_rag() -> str:
    text = FILE.replace("metadata_store:", f"{RAG}metadata_store:")
    return text.replace("[inference]", "[inference, tool_runtime, vector_io]")


def with_disabled_files() -> str:
    """Return the same with a provider of files that somebody switched off."""
    disabled = (
        "  files:\n"
        "  - {provider_id: __disabled__, provider_type: 'inline::localfs', config: "
        "{storage_dir: /srv/files}}\n"
    )
    return with_rag().replace("metadata_store:", f"{disabled}metadata_store:")


@pytest.mark.parametrize("source", ["0.2.20", "0.2.24"])
@pytest.mark.parametrize("target", ["0.3", "0.7", "1.5"])
def test_a_provider_that_became_necessary_is_written(target: str, source: str):
    assert said(with_rag(), target, source=source) == []
    text = migrate(with_rag(), settings_for(target, source=source)).text
    assert "provider_id: meta-reference-files\n" in text
    assert validate(text, validation_settings(target)).errors == 0


@pytest.mark.parametrize(
    ("target", "kind", "release"),
    [("0.3", "rag-runtime", "0.3.5"), ("0.7", "file-search", "0.7.3")],
)
def test_one_that_somebody_switched_off_is_named_with_the_lines_to_add(
    target: str, kind: str, release: str
):
    assert said(with_disabled_files(), target, source="0.2.20") == [
        f"11: inline::{kind} requires 'files', for which no provider is enabled; "
        f"{release} refuses to start; add to 'providers': {PASTE}"
    ]


def test_the_lines_to_add_make_the_server_start():
    text = migrate(with_disabled_files(), settings_for("0.3")).text
    start = text.index("  files:\n")
    end = text.index("storage:\n", start)
    without = text[:start] + text[end:]
    added = without.replace("providers:\n", f"providers:\n  {PASTE}\n")
    assert validate(without, validation_settings("0.3")).errors == 1
    assert validate(added, validation_settings("0.3")).errors == 0


def test_a_dependency_that_the_old_server_lacked_too_is_to_be_checked():
    text = with_disabled_files()
    assert said(text, "0.3", source="0.2.24") == []
    found = said(text, "0.3", "check", source="0.2.24")
    assert len([each for each in found if "'files'" in each]) == 1


def test_one_missing_api_is_reported_once():
    agents = (
        "  agents:\n"
        "  - provider_id: main\n"
        "    provider_type: inline::meta-reference\n"
        "    config: {persistence_store: {type: sqlite, db_path: /srv/agents.db}}\n"
        "  safety: []\n"
    )
    text = with_disabled_files().replace("metadata_store:", f"{agents}metadata_store:")
    text = text.replace("[inference,", "[agents, safety, inference,")
    found = said(text, "0.4", source="0.2.20")
    assert len([each for each in found if "'files'" in each]) == 1


def test_a_resource_that_the_old_server_registered_needs_action():
    shields = (
        "  safety:\n"
        "  - {provider_id: one, provider_type: 'inline::llama-guard', config: {}}\n"
        "  - {provider_id: two, provider_type: 'inline::llama-guard', config: {}}\n"
    )
    text = FILE.replace("metadata_store:", f"{shields}metadata_store:")
    text = text.replace("[inference]", "[inference, safety]")
    text += "shields:\n- {shield_id: guard}\n"
    assert said(text, "0.3") == [
        "17: 'guard' of 'shields' has no 'provider_id'; 0.3.5 does not register it; "
        "add 'provider_id': one of one, two"
    ]
    assert said(text, "0.3", source="0.2.20") == []


def test_an_error_has_its_line_in_a_configmap():
    inner = FILE.replace("remote::ollama", "remote::olama")
    text = CONFIGMAP + "".join(f"    {line}\n" for line in inner.splitlines())
    error = (
        "12: 0.7.3 has no provider 'remote::olama' for inference; it refuses to start"
    )
    assert any(each.startswith(error) for each in said(text, severity="check"))


def test_what_a_step_reported_is_not_reported_twice():
    text = FILE.replace("remote::ollama", "remote::tgi")
    reasons = said(
        text.replace("  - provider_id: ollama\n", "  - &one\n    provider_id: ollama\n")
    )
    assert (
        reasons[0]
        == "6: provider 'remote::tgi' of inference was removed after 0.6.1 and has no replacement"
    )
    assert len(reasons) == len({reason.split(":")[0] for reason in reasons})


def test_an_ignore_comment_silences_an_error():
    line = "    provider_type: remote::ollama"
    assert (
        said(
            FILE.replace(
                line,
                "    provider_type: remote::mine  # stackcfg: ignore[provider-type] our own",
            )
        )
        == []
    )


def test_a_file_of_the_target_is_left_as_it_is():
    text = migrate(FILE, settings_for("0.7")).text.replace(
        "remote::ollama", "remote::olama"
    )
    done = migrate(text, settings_for("0.7", source="0.7"))
    assert (done.changed, done.needs_action) == (False, False)


MIXED = """\
version: 2
distro_name: demo
apis: [inference]
providers:
  inference:
  - provider_id: local
    provider_type: inline::meta-reference
    config:
      model: meta-llama/Llama-3.2-3B-Instruct
      model_parallel_size: 1
      quantization: {type: bf16}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /srv/kv.db}
    sql_default: {type: sql_sqlite, db_path: /srv/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: conversations}
    prompts: {backend: kv_default, namespace: prompts}
connectors: []
"""
"""Fits 0.4.0 to 0.8.0: its provider is of 0.4, its name and last key of 0.5."""


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "0.4",
            "2: 'distro_name' is called 'image_name' before 0.5.0; 0.4.7 refuses the "
            "file; rename it to 'image_name'",
        ),
        (
            "0.5",
            "7: 0.5.4 has no provider 'inline::meta-reference' for inference (removed "
            "after 0.4.7); it refuses to start; ",
        ),
    ],
)
def test_what_one_of_the_releases_that_a_file_fits_refuses_needs_action(
    target: str, expected: str
):
    [found] = said(MIXED, target)
    assert found.startswith(expected)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "0.4",
            [
                "21: 0.4.7 has no key 'connectors' at the top level (added in 0.5.0); "
                "it drops it; remove it, or use 0.5.0 or later"
            ],
        ),
        ("0.5", []),
    ],
)
def test_a_key_of_a_later_release_that_the_file_fits_is_to_be_checked(
    target: str, expected: list[str]
):
    checks = said(MIXED, target, severity="check")
    assert [each for each in checks if "'connectors'" in each] == expected


def test_what_the_old_release_did_not_refuse_needs_action():
    text = FILE.replace("metadata_store:", VECTORS + "metadata_store:")
    assert said(text, "0.3") == [
        "15: backend 'kv_vectors' is not defined; 0.3.5 refuses to start; define it under "
        "storage.backends; defined: 'kv_default', 'sql_default'"
    ]


def test_an_edit_in_a_file_of_the_target_reports_only_what_is_new():
    text = migrate(FILE, settings_for("0.3")).text
    text = text.replace("remote::ollama", "remote::olama")
    store = "      kvstore: {type: sqlite, db_path: /srv/faiss.db}\n"
    vectors = "".join(VECTORS.splitlines(keepends=True)[:4]) + store
    text = text.replace("storage:\n", f"{vectors}storage:\n", 1)
    done = migrate(text, settings_for("0.3", source="0.3"))
    assert (done.changed, done.needs_action) == (True, False)


def test_an_error_changes_the_exit_code(tmp_path):
    text = FILE.replace("metadata_store:", VECTORS + "metadata_store:")
    (tmp_path / "run.yaml").write_text(text)
    done = run_here("migrate", "run.yaml", "-o", "new.yaml", cwd=tmp_path)
    assert done.code == 3
    assert (
        "run.yaml:15:18: action required: backend 'kv_vectors' is not defined"
        in done.err
    )


def test_two_errors_on_one_line_are_both_reported():
    line = "storage: {stores: {metadata: {backend: kv_b, namespace: 1}, inference: {backend: kv_c, table_name: i}}}\n"
    text = FILE.replace(
        "metadata_store: {type: sqlite, db_path: /srv/registry.db}\n", line
    )
    text = text.replace(
        "storage: {",
        "storage: {backends: {kv_default: {type: kv_sqlite, db_path: /srv/kv.db}}, ",
    )
    found = said(text, severity="check", source="0.6")
    reasons = [reason for reason in found if reason.startswith("10: ")]
    assert [reason.split(";")[0] for reason in reasons] == [
        "10: 'backends': 'sql_default' is not defined, and is the default of 'conversations'",
        "10: backend 'kv_b' is not defined",
        "10: 'namespace' must be a string, not the number 1",
        "10: backend 'kv_c' is not defined",
    ]


CURRENT = """\
version: 2
distro_name: demo
apis: [inference]
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama
    config:
      base_url: http://ollama:11434/v1
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /srv/kv.db}
    sql_default: {type: sql_sqlite, db_path: /srv/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: conversations}
    prompts: {backend: sql_default, table_name: prompts}
"""
"""Fits 1.0 to 1.5."""

DEMAND = (
    "19: 'tls_certfile' and 'tls_keyfile' are not both set; 1.5.0 refuses to start unless called with --insecure; "
    "add them to 'server', or 'insecure: true' if a proxy handles TLS; "
    "if the file is for 1.0, '--from 1.0' writes 'insecure: true'"
)


@pytest.mark.parametrize(
    ("server", "words", "expected"),
    [
        ("server: {port: 8321}", {"target": "1.5"}, [DEMAND]),
        ("server: {port: 8321}", {"target": "1.1"}, []),
        ("server: {port: 8321}", {"target": "1.5", "source": "1.5.0"}, []),
        ("server: {port: 8321, insecure: true}", {"target": "1.5"}, []),
    ],
    ids=["may be for 1.0", "not yet demanded", "named as 1.5", "on purpose"],
)
def test_what_a_named_target_demands_of_a_file_that_it_reads_as_it_is_is_said(
    server: str, words: dict[str, str], expected: list[str]
):
    checks = said(f"{CURRENT}{server}\n", severity="check", **words)
    assert [each for each in checks if "insecure" in each] == expected


def test_the_release_that_the_note_names_makes_hop_by_hop_what_one_hop_makes():
    text = f"{CURRENT}server: {{port: 8321}}\n"
    named = migrate(text, settings_for("1.5", source="1.0"))
    assert migrate(text, settings_for("1.2")).text == named.text
    assert "insecure: true" in named.text


def test_without_a_target_a_file_that_is_left_has_no_notes():
    assert migrate(f"{CURRENT}server: {{port: 8321}}\n").configs[0].notes == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("vector_dbs", "null"), ("shields", "null")],
)
def test_a_list_that_the_old_server_refused_as_well_is_to_be_checked(name, value):
    text = f"{FILE}{name}: {value}\n"
    assert said(text, "0.3") == []
    new = {"vector_dbs": "vector_stores"}.get(name, name)
    [note] = [each for each in said(text, "0.3", "check") if f"'{new}'" in each]
    assert note.endswith("0.3.5 refuses the file (also before the migration)")
