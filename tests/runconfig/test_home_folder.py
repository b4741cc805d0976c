"""What a plain `~` becomes where a release does not expand it."""

import pytest

from stackcfg.runconfig.home_folder import old_home_at, with_home_in_variable


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("~/a/files", "${env.DIR:=~/a/files}"),
        ("~", "${env.DIR:=~}"),
        ("~/a/${env.NAME:=x}/files", "${env.DIR:=~/a}/${env.NAME:=x}/files"),
        ("~/a-${env.NAME}/files", "${env.DIR:=~}/a-${env.NAME}/files"),
        ("/srv/~/files", "/srv/~/files"),
        ("${env.OTHER:=~/a}/files", "${env.OTHER:=~/a}/files"),
    ],
)
def test_a_tilde_is_written_in_the_default_of_a_variable(
    path: str, written: str
) -> None:
    assert with_home_in_variable(path, "DIR") == written


@pytest.mark.parametrize(
    ("kind", "path", "is_found"),
    [
        ("kv_sqlite", "~/.llama/kv.db", False),
        ("kv_sqlite", "${env.DIR:=~/.llama}/kv.db", True),
        ("sql_sqlite", "~/.llama/sql.db", True),
        ("sql_sqlite", "~/.llamas/sql.db", False),
        ("${env.TYPE:=sql_sqlite}", "~/.llama/sql.db", True),
    ],
)
def test_the_old_home_is_found_where_the_server_expands_it(
    kind: str, path: str, is_found: bool
) -> None:
    data = {"storage": {"backends": {"mine": {"type": kind, "db_path": path}}}}
    pattern = old_home_at(data, ("storage", "backends", "mine", "db_path"))
    assert (pattern.search(path) is not None) is is_found
