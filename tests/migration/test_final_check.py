"""What the target refuses in a migrated file needs action, at its line in the old text."""

from __future__ import annotations

import pytest

from stackcfg.migration.engine import migrate, settings_for
from tests.support.running import stackcfg

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


def said(text: str, target: str = "0.7", **words: str) -> list[str]:
    found = migrate(text, settings_for(target, **words)).configs[0].notes
    return [
        f"{each.position.line}: {each.message}"
        for each in found
        if each.severity == "action required"
    ]


def test_a_file_that_the_target_accepts_has_no_notes():
    assert said(FILE) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "remote::ollama",
            "remote::olama",
            "7: 0.7.3 has no provider 'remote::olama' for inference; it refuses to start",
        ),
        (
            "small, provider_id: ollama",
            "small, provider_id: olama",
            "12: 'olama' is not a provider of inference; 0.7.3 refuses to start",
        ),
        (
            "image_name: demo\n",
            "",
            "1: 'distro_name': one of 'distro_name' and 'image_name' is needed; 0.7.3 refuses the file",
        ),
    ],
)
def test_an_error_needs_action(old: str, new: str, expected: str):
    assert said(FILE.replace(old, new)) == [expected]


def test_an_error_has_its_line_in_a_configmap():
    inner = FILE.replace("remote::ollama", "remote::olama")
    text = CONFIGMAP + "".join(f"    {line}\n" for line in inner.splitlines())
    assert said(text) == [
        "12: 0.7.3 has no provider 'remote::olama' for inference; it refuses to start"
    ]


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


def test_a_missing_dependency_is_left_to_the_steps():
    text = FILE.replace(
        "metadata_store",
        "  safety:\n  - {provider_id: p, provider_type: 'inline::prompt-guard'}\nmetadata_store",
    )
    assert said(text.replace("[inference]", "[inference, safety, batches]")) == []


def test_a_file_of_the_target_is_left_as_it_is():
    text = migrate(FILE, settings_for("0.7")).text.replace(
        "remote::ollama", "remote::olama"
    )
    done = migrate(text, settings_for("0.7", source="0.7"))
    assert (done.changed, done.needs_action) == (False, False)


def test_the_default_target_does_not_report_what_the_old_release_refused_too():
    assert said(FILE.replace("remote::ollama", "remote::olama"), "0.3") == []
    assert said(FILE.replace("image_name: demo\n", ""), "0.3") == []


def test_the_default_target_reports_what_the_old_release_did_not_refuse():
    text = FILE.replace("metadata_store:", VECTORS + "metadata_store:")
    assert said(text, "0.3") == [
        "15: backend 'kv_vectors' is not defined; 0.3.5 refuses to start"
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
    (tmp_path / "run.yaml").write_text(FILE.replace("remote::ollama", "remote::olama"))
    done = stackcfg(
        "migrate", "run.yaml", "--target", "0.7", "-o", "new.yaml", cwd=tmp_path
    )
    assert done.code == 3
    assert (
        "run.yaml:7:20: action required: 0.7.3 has no provider 'remote::olama'"
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
    reasons = [
        reason for reason in said(text, source="0.6") if reason.startswith("10: ")
    ]
    assert [reason.split(";")[0] for reason in reasons] == [
        "10: 'backends': 'sql_default' is not defined, and is the default of 'conversations'",
        "10: backend 'kv_b' is not defined",
        "10: 'namespace' must be a string, not the number 1",
        "10: backend 'kv_c' is not defined",
    ]
