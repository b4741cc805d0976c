"""`migrate --check` over many files: worker processes report what one process does."""

from __future__ import annotations

import pytest

from stackcfg.cli import migrate
from stackcfg.system import parallel
from tests.support.running import OLD, STARTER

NEW = (STARTER / "output.yaml").read_text()
SERVER = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata: {name: demo}
spec:
  server:
    distribution: {name: starter}
    userConfig: {configMapName: demo-config}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that is worth two processes, with every kind of outcome."""
    monkeypatch.chdir(tmp_path)
    texts = (OLD, NEW, "providers: [\nimage_name: x\n", "services: {}\n", "a: 1\n")
    for number in range(6):
        for kind, text in enumerate(texts):
            (tmp_path / f"{number}-{kind}.yaml").write_text(text)
    (tmp_path / "server.yaml").write_text(SERVER)
    monkeypatch.setattr(parallel, "WORTH_A_PROCESS", 15)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("target", [None, "1.5"])
def test_worker_processes_report_what_one_process_does(target, monkeypatch, capfd):
    results = []
    for count in (1, 2):
        monkeypatch.setattr(parallel, "_cores", lambda count=count: count)
        code = migrate.run_plain("check", ["."], target)
        results.append((code, *capfd.readouterr()))
    assert results[0] == results[1]
    assert results[0][0] == 2
    assert "5-0.yaml" in results[0][2]
