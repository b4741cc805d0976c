"""A project's settings: its own providers, its target, mistakes in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackcfg.cli.settings import load_project_settings
from tests.support.in_process import run_here

CONFIG = """\
metadata_store: {type: sqlite, db_path: /d/r.db}
providers:
  eval:
  - provider_id: mine
    provider_type: inline::mine
    config:
      kvstore:
        type: sqlite
        db_path: /d/mine.db
"""

SETTINGS = """\
[[providers]]
api = "eval"
provider_type = "inline::mine"
family = "kv"
field = "kvstore"
new_field = "persistence"
name = "eval::mine"
"""


def test_a_declared_provider_is_no_guess(tmp_path):
    (tmp_path / "stackcfg.toml").write_text(SETTINGS)
    (tmp_path / "run.yaml").write_text(CONFIG)
    done = run_here("migrate", "run.yaml", cwd=tmp_path)
    assert done.code == 0
    assert "guess" not in done.err
    assert (
        "      persistence:\n        backend: kv_default\n        namespace: eval::mine\n"
        in done.out
    )


def test_an_undeclared_provider_is_a_guess(tmp_path):
    (tmp_path / "run.yaml").write_text(CONFIG)
    done = run_here("migrate", "run.yaml", cwd=tmp_path)
    assert "not a store of a known provider" in done.err
    assert "      kvstore:\n        backend: kv_mine\n" in done.out


def test_settings_in_pyproject_are_found_from_a_folder_below(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        SETTINGS.replace("[[providers]]", "[[tool.stackcfg.providers]]")
    )
    inner = tmp_path / "a"
    inner.mkdir()
    assert [field.path for field in load_project_settings(str(inner)).declared] == [
        ("kvstore",),
        ("persistence",),
    ]


SECOND = f"""\
{SETTINGS}
[[providers]]
api = "scoring"
provider_type = "inline::yours"
field = "kvstore"  # family is not written
"""

MISTAKES = {
    "providers = 1": ":1: error: 'providers' must be a list of tables, [[providers]]",
    "providers = [{api = 'eval'}]": (
        ":1: error: an entry of 'providers' lacks 'family' and 'field' and 'provider_type'"
    ),
    "[[providers]]\nfeld = 1": (
        ":2: error: unknown key 'feld' in [[providers]]; known are "
        "api, family, field, name, new_field, provider_type"
    ),
    SECOND: ":9: error: an entry of 'providers' lacks 'family'",
    SECOND + 'family = "nosql"': ":13: error: family 'nosql' is neither 'kv' nor 'sql'",
    SECOND + 'family = "kv"\nnew_feld = "a"': (
        ":14: error: unknown key 'new_feld' in [[providers]]; known are "
        "api, family, field, name, new_field, provider_type"
    ),
    'target = "0.3"\nselect = ': ":2: error: not valid TOML: Invalid value",
    'target = 0.3 "\n': (
        ":1:14: error: not valid TOML: Expected newline or end of document after a statement"
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_the_settings_is_named(text, tmp_path):
    assert mistake_in(tmp_path / "stackcfg.toml", text) == MISTAKES[text]


@pytest.mark.parametrize("text", [text for text in MISTAKES if "providers]]" in text])
def test_a_mistake_below_the_settings_of_others_is_named(text, tmp_path):
    ours = text.replace("[[providers]]", "[[tool.stackcfg.providers]]")
    assert mistake_in(tmp_path / "pyproject.toml", ours) == MISTAKES[text]


def mistake_in(path: Path, text: str) -> str:
    """Return the error of a settings file, without the file's name and the line end."""
    path.write_text(text)
    (path.parent / "run.yaml").write_text(CONFIG)
    done = run_here("validate", "run.yaml", cwd=path.parent)
    assert (done.code, done.out) == (2, "")
    return done.err.removeprefix(str(path)).removesuffix("\n")


COMMANDS = (
    ["migrate", "run.yaml"],
    ["migrate", "--layout", "preserve", "run.yaml"],
    ["validate", "run.yaml"],
    ["validate", "--strict", "run.yaml"],
    ["show", "run.yaml"],
    ["data", "plan", "run.yaml", "run.yaml"],
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_unknown_target_is_named_with_its_line(words, tmp_path):
    (tmp_path / "run.yaml").write_text(CONFIG)
    (tmp_path / "stackcfg.toml").write_text('# ours\ntarget = "9"\n')
    done = run_here(*words, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        f"{tmp_path}/stackcfg.toml:2: error: target '9' is not one of 0.1,"
    )
    assert done.err.count("\n") == 1


def test_show_ignores_a_target_without_a_catalog(tmp_path):
    (tmp_path / "run.yaml").write_text(
        "storage:\n  backends: {kv_default: {type: kv_sqlite, db_path: /d/kv.db}}\n"
    )
    (tmp_path / "stackcfg.toml").write_text('target = "0.2"\n')
    assert "shown as 1.5.0 reads it" in run_here("show", "run.yaml", cwd=tmp_path).out
    done = run_here("show", "--target", "0.2", "run.yaml", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "target '0.2' is not one of 0.3," in done.err
