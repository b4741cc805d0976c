"""`data copy` with a log, a rate, and several databases at once."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from stackcfg.data.independence import group_dependent
from stackcfg.data.locations import SQLITE, Database, RowLocation
from stackcfg.data.moves import Move
from stackcfg.releases.rows import row_kind
from tests.data.test_data_across_engines import run, write_configs
from tests.support.databases import contents, make
from tests.support.in_process import run_here
from tests.support.postgres import PASSWORD, server
from tests.support.running import Done

CONFIG = """\
version: 2
image_name: demo
providers:
  inference: [{provider_id: p, provider_type: 'remote::vllm', config: {base_url: 'http://p'}}]
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: SIDE.kv.db}
    kv_other: {type: kv_sqlite, db_path: SIDE.other.db}
    sql_default: {type: sql_sqlite, db_path: SIDE.sql.db}
    sql_other: {type: sql_sqlite, db_path: SIDE.talk.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_other, table_name: openai_conversations}
    prompts: {backend: kv_other, namespace: prompts}
"""
SAME = ("--from", "0.7.3", "--target", "0.7.3")
COUNT = 3000


def fill(folder: Path) -> None:
    for name in ("old", "new"):
        (folder / f"{name}.yaml").write_text(CONFIG.replace("SIDE", name))
    rows = [
        {"id": f"id{number}", "owner_principal": "", "model": "m" * 200}
        for number in range(COUNT)
    ]
    keys = {f"prompts:v1:p{number}:1": {"n": number} for number in range(COUNT)}
    model = {"type": "model", "identifier": "p/a", "provider_id": "p"}
    models = {"distributions:registry:v9::model:p/a": model}
    make(
        folder,
        {
            "old.kv.db": {"kvstore": models},
            "old.other.db": {"kvstore": keys},
            "old.sql.db": {"completions": rows},
            "old.talk.db": {"openai_conversations": rows[:9]},
        },
    )


def copy(folder: Path, *more: str, **variables: str) -> Done:
    words = ("data", "copy", "old.yaml", "new.yaml", *SAME, *more)
    return run_here(*words, cwd=folder, HOME=str(folder), **variables)


def test_several_jobs_write_what_one_does(tmp_path):
    one, four = tmp_path / "one", tmp_path / "four"
    for folder, jobs in ((one, "1"), (four, "4")):
        folder.mkdir()
        fill(folder)
        done = copy(folder, "--jobs", jobs)
        assert done.code == 0, done.err
        assert f"rows copied: {2 * COUNT + 10}" in done.out
    assert contents(one) == contents(four)
    assert len(contents(four)) == 8


def test_after_a_failure_of_one_of_several_jobs_the_same_command_continues(tmp_path):
    fill(tmp_path)
    (tmp_path / "new.sql.db").write_text("no database at all")
    done = copy(tmp_path, "--jobs", "4", "--again")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "new.sql.db: is no sqlite database" in done.err
    command = "stackcfg data copy old.yaml new.yaml --from 0.7.3 --target 0.7.3"
    assert done.err.endswith(f"; continue with: {command} --jobs 4 --again\n")
    (tmp_path / "new.sql.db").unlink()
    done = copy(tmp_path)
    assert done.code == 0, done.err
    verify = ("data", "verify", "old.yaml", "new.yaml", *SAME)
    assert run_here(*verify, cwd=tmp_path, HOME=str(tmp_path)).code == 0


def move(source: str, target: str) -> Move:
    places = [
        RowLocation(Database(SQLITE, (name,)), "kvstore") for name in (source, target)
    ]
    return Move(source, row_kind("metadata"), (), *places)


@pytest.mark.parametrize(
    ("ways", "groups"),
    [
        ("a>x b>y", "x y"),
        ("a>x a>y", "x y"),
        ("a>x x>y", "x,y"),
        ("x>y a>x", "y,x"),
        ("a>x b>y x>z", "x,z y"),
        ("a>x b>y x>z y>z", "x,y,z"),
    ],
)
def test_what_one_copy_reads_no_other_one_writes(ways, groups):
    moves = [move(*way.split(">")) for way in ways.split()]
    destinations: dict[Database, list[Move]] = {}
    for each in moves:
        destinations.setdefault(each.target.database, []).append(each)
    found = group_dependent(destinations)
    names = [",".join(each.file for each in group) for group in found]
    assert sorted(names) == sorted(groups.split())


def test_a_rate_is_kept(tmp_path):
    fill(tmp_path)
    begun = time.monotonic()
    done = copy(tmp_path, "--rate", "2000")
    assert done.code == 0, done.err
    assert time.monotonic() - begun > 2 * COUNT / 2000


def test_a_rate_is_kept_within_a_database(tmp_path):
    with server() as running:
        running.create("same")
        write_configs(tmp_path, "first", "db:same")
        rows = [{"id": f"id{number}", "model": "m" * 50} for number in range(COUNT)]
        make(
            tmp_path,
            {"first.sql.db": {"completions": rows}, "first.kv.db": {"kvstore": {}}},
        )
        assert run("copy", tmp_path, running).code == 0
        write_configs(tmp_path, "db:same", "db:same")
        path = tmp_path / "new.yaml"
        path.write_text(path.read_text().replace("completions", "moved"))
        begun = time.monotonic()
        done = run("copy", tmp_path, running, "--rate", "1000")
        assert done.code == 0, done.err
        assert time.monotonic() - begun > COUNT / 1000
        assert run("verify", tmp_path, running).code == 0


LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z \S.*")


def test_a_log_has_a_line_with_the_time_for_each_event(tmp_path):
    fill(tmp_path)
    assert copy(tmp_path, "--log-file", "copy.log").code == 0
    lines = (tmp_path / "copy.log").read_text().splitlines()
    assert all(map(LINE.fullmatch, lines))
    events = [line.partition("Z ")[2] for line in lines]
    assert events[0] == "begin: data copy old.yaml (0.7.3) to new.yaml (0.7.3)"
    assert events[-1] == "end: exit code 0"
    assert f"prompts: {COUNT} rows, {COUNT} copied, 0 completed" in "\n".join(events)
    assert copy(tmp_path, "--log-file", "copy.log").code == 0
    again = (tmp_path / "copy.log").read_text().splitlines()
    assert again[: len(lines)] == lines
    # a store is listed only once its rows are there
    assert again[-2].endswith(f"{tmp_path}/new.kv.db: done by an earlier run")


def test_a_log_says_why_a_copy_failed_and_holds_no_password(tmp_path):
    with server() as running:
        running.create("strict")
        make(
            tmp_path,
            {"first.sql.db": {"completions": [{"id": "a"}]}, "first.kv.db": {}},
        )
        write_configs(tmp_path, "first", "db:strict")
        with running.connect("strict") as connection:
            connection.execute("CREATE TABLE completions (id INTEGER PRIMARY KEY)")
        done = run("copy", tmp_path, running, "--log-file", "copy.log")
    assert done.code == 2
    text = (tmp_path / "copy.log").read_text()
    assert "Z failed: postgres://127.0.0.1" in text
    assert "continue with: stackcfg data copy old.yaml new.yaml" in text
    assert PASSWORD not in text + done.err


@pytest.mark.parametrize("name", ["old.yaml", "new.kv.db", "missing/log"])
def test_a_log_goes_into_no_file_of_the_copy(tmp_path, name):
    fill(tmp_path)
    before = contents(tmp_path)
    done = copy(tmp_path, "--log-file", name)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"error: --log-file {name}: ")
    assert contents(tmp_path) == before
