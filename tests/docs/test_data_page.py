"""The upgrade of `docs/data.md`: its commands are run, on files and a real PostgreSQL."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.server_rows import make_rows
from tests.support.postgres import PASSWORD, USER, Server, server
from tests.support.redis import free_port
from tests.support.running import ROOT, environment

BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
OLD = """\
version: 2
image_name: demo
apis: [inference]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm', config: {url: 'http://localhost:8000/v1'}}
metadata_store: {type: sqlite, db_path: '${env.SQLITE_STORE_DIR:=/srv/llama}/registry.db'}
inference_store: {type: sqlite, db_path: '${env.SQLITE_STORE_DIR:=/srv/llama}/inference.db'}
server: {port: PORT, insecure: true}
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        yield found


def test_the_commands_of_the_upgrade_do_it(running, tmp_path):
    for name in ("live", "rehearsal"):
        running.create(name)
        (tmp_path / name).mkdir()
    make_rows(tmp_path / "live")
    for path in (tmp_path / "live").iterdir():
        shutil.copy(path, tmp_path / "rehearsal")
    (tmp_path / "backups").mkdir()
    text = OLD.replace("/srv/llama", str(tmp_path / "live"))
    (tmp_path / "run.yaml").write_text(text.replace("PORT", str(free_port())))
    lines = [line.strip() for line in commands()]
    assert len(lines) == 7
    for line in lines:
        run(line, tmp_path, running)
    with running.connect("live") as connection:
        rows = connection.execute(
            "SELECT id FROM inference_store ORDER BY 1"
        ).fetchall()
        assert rows == [("chatcmpl-1",), ("chatcmpl-2",)]
    with running.connect("rehearsal") as connection:
        assert connection.execute(
            "SELECT count(*) FROM inference_store"
        ).fetchall() == [(2,)]


def commands() -> list[str]:
    """The lines of the section about a live service."""
    text = (ROOT / "docs" / "data.md").read_text()
    section = text.partition("## The upgrade of a live service")[2]
    return [line for block in BLOCK.findall(section) for line in block.splitlines()]


def run(line: str, folder: Path, running: Server) -> None:
    line = line.replace("stackcfg ", f"{sys.executable} -m stackcfg ", 1)
    for name in ("rehearsal", "backups"):
        line = line.replace(f"/srv/{name}", str(folder / name))
    variables = {
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": str(running.port),
        "POSTGRES_USER": USER,
        "POSTGRES_PASSWORD": PASSWORD,
        "POSTGRES_DB": "live",
        "HOME": str(folder),
    }
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
