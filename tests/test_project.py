"""Providers outside the tree, declared in a project's own settings."""

from __future__ import annotations

import pytest
from running import stackcfg

from stackcfg.project import ProjectError, project

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
    done = stackcfg("migrate", "run.yaml", cwd=tmp_path)
    assert done.code == 0
    assert "guess" not in done.err
    assert "      persistence:\n        backend: kv_default\n        namespace: eval::mine\n" in done.out


def test_without_it_the_provider_is_a_guess(tmp_path):
    (tmp_path / "run.yaml").write_text(CONFIG)
    done = stackcfg("migrate", "run.yaml", cwd=tmp_path)
    assert "as a guess" in done.err
    assert "      kvstore:\n        backend: kv_mine\n" in done.out


def test_pyproject(tmp_path):
    (tmp_path / "pyproject.toml").write_text(SETTINGS.replace("[[providers]]", "[[tool.stackcfg.providers]]"))
    inner = tmp_path / "a"
    inner.mkdir()
    assert [field.path for field in project(str(inner)).declared] == [("kvstore",), ("persistence",)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("providers = 1", "must be a list"),
        ("[[providers]]\nfeld = 1", "unknown key 'feld'"),
        ('[[providers]]\napi = "eval"', "lacks 'family'"),
        (SETTINGS.replace('"kv"', '"nosql"'), "neither 'kv' nor 'sql'"),
        ("[[", "stackcfg.toml"),
    ],
)
def test_mistakes_are_named(text, message, tmp_path):
    (tmp_path / "stackcfg.toml").write_text(text)
    with pytest.raises(ProjectError, match=message):
        project(str(tmp_path))
