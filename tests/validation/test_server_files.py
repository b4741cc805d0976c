"""Dockerfiles, units and scripts that start ogx are judged, at their lines."""

from __future__ import annotations

import sys

import pytest

from stackcfg.cli.app import run
from stackcfg.cli.errors import run_guarded
from stackcfg.loading.errors import NotRunConfigError
from stackcfg.validation.engine import fix, validate
from stackcfg.validation.manifest_detection import OtherFiles
from stackcfg.validation.settings import Settings, settings_for

DOCKERFILE = """\
FROM python:3.12 AS base
ENV LLAMA_STACK_LOGGING=all=debug \\
    "LLAMA_STACK_UI_PORT"=8322 LLAMA_STACK_CONFIG_DIR="/data dir"
FROM python:3.12 AS other
ENV LLAMA_STACK_PORT=1
FROM base
ENV LLAMA_STACK_LOG_FILE /var/log/stack log
CMD LLAMA_STACK_LOG_WIDTH=100 exec ogx run --insecure config.yaml
"""
UNIT = """\
[Unit]
Description=stack
[Service]
Environment="LLAMA_STACK_PORT=8321" LLAMA_STACK_LOGGING=all=debug
Environment=LLAMA_STACK_CONFIG=/etc/stack.yaml
ExecStart=-/opt/bin/ogx run --insecure ${LLAMA_STACK_CONFIG}
"""
QUADLET = """\
[Container]
Image=docker.io/ogxai/distribution-starter:1.5.0
Environment=LLAMA_STACK_PORT=8321
"""
SCRIPT = """\
#!/bin/sh
export LLAMA_STACK_PORT=8321
export LLAMA_STACK_CONFIG="$1"
LLAMA_STACK_LOG_FILE=/private
LLAMA_STACK_LOGGING=all=debug exec ogx run --insecure "$LLAMA_STACK_CONFIG"
"""
RUNS = """\
#!/bin/sh
docker run -e LLAMA_STACK_PORT=1 --env=LLAMA_STACK_UI_PORT=2 -e LLAMA_STACK_LOGGING \\
  ogxai/distribution-starter:1.5.0
docker run -e LLAMA_STACK_PORT=1 llamastack/distribution-starter:0.2.23
docker run -e LLAMA_STACK_PORT=1 registry.example/client:1
sh -c 'LLAMA_STACK_TRACE_WARNINGS=1 ogx run config.yaml'
env LLAMA_STACK_LOG_FILE=/log ogx run config.yaml
"""
CASES = {
    "Dockerfile": (DOCKERFILE, ["2:5", "3:6", "3:32", "7:5", "8:5"]),
    "stack.service": (UNIT, ["4:14", "4:37"]),
    "stack.container": (QUADLET, ["3:13"]),
    "start.sh": (SCRIPT, ["2:8", "5:1"]),
    "run.sh": (RUNS, ["2:15", "2:40", "2:65", "6:8", "7:5"]),
}


def settings(file: str) -> Settings:
    return settings_for()._replace(others=OtherFiles(file, lambda _names: []))


def places(file: str, text: str) -> list[str]:
    found = validate(text, settings(file)).findings
    assert {each.rule for each in found} <= {"old-variable"}
    return [f"{each.span.start.line}:{each.span.start.column}" for each in found]


@pytest.mark.parametrize("file", CASES)
def test_old_variables_are_found_at_their_lines(file):
    text, expected = CASES[file]
    assert places(file, text) == expected
    assert places(file, "\ufeff" + text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("file", CASES)
def test_every_name_that_is_found_is_one_of_llama_stack(file):
    text, _ = CASES[file]
    lines = text.splitlines()
    for each in validate(text, settings(file)).findings:
        start, end = each.span
        name = lines[start.line - 1][start.column - 1 : end.column - 1]
        assert f"'{name}'" in each.message
        assert name.startswith("LLAMA_STACK_")


@pytest.mark.parametrize("file", CASES)
def test_the_fixed_file_has_nothing_left_to_fix(file):
    fixed = fix(CASES[file][0], settings(file))
    assert fixed.applied
    assert not any(each.fix for each in fixed.left.findings)
    # what has its value from another variable is left to the user
    assert len(fixed.left.findings) == (file == "run.sh")


def test_only_the_names_change():
    fixed = fix(SCRIPT, settings("start.sh"))
    assert fixed.text == SCRIPT.replace("LLAMA_STACK_PORT=", "OGX_PORT=").replace(
        "LLAMA_STACK_LOGGING=", "OGX_LOGGING="
    )


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Dockerfile", "FROM x\nENV OGX_PORT=1\nCMD [\"ogx\", \"run\", \"c.yaml\"]\n"),
        ("Dockerfile", "FROM x\nENV LLAMA_STACK_PORT=1\nCMD ogx run --port $LLAMA_STACK_PORT\n"),
        ("Dockerfile", "FROM x\nARG LLAMA_STACK_PORT=1\nCMD [\"ogx\", \"run\", \"c.yaml\"]\n"),
        ("s.service", "[Service]\nEnvironment=LLAMA_STACK_URL=http://x\nExecStart=ogx run c\n"),
        ("a.sh", "#!/bin/sh\nLLAMA_STACK_PORT=1\nogx run c.yaml\n"),
        ("a.sh", "#!/bin/sh\nexport LLAMA_STACK_URL\nogx run c.yaml\n"),
        # the old server of the same script reads it
        ("a.sh", "#!/bin/sh\nexport LLAMA_STACK_PORT=1\nllama stack run c || ogx run c\n"),
        ("a.sh", "#!/bin/sh\necho LLAMA_STACK_PORT=1 ogx run c\nogx run c\n"),
    ],
)  # fmt: skip
def test_what_the_server_does_not_need_is_not_reported(file, text):
    assert places(file, text) == []


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("Dockerfile", "FROM x\nENV LLAMA_STACK_PORT=1\n", "nothing in this Dockerfile starts the server"),
        ("a.sh", "#!/bin/sh\nexport LLAMA_STACK_PORT=1\n./app\n", "nothing in this shell script starts the server"),
        ("a.sh", "#!/bin/sh\nexport LLAMA_STACK_PORT=1\nllama stack run x\n", "starts llama-stack, not ogx"),
    ],
)  # fmt: skip
def test_a_file_without_a_server_of_ogx_is_refused(file, text, words):
    with pytest.raises(NotRunConfigError, match=words):
        validate(text, settings(file))


def test_one_new_name_is_not_written_twice():
    text = UNIT.replace("LLAMA_STACK_LOGGING=all=debug", "LLS_PORT=1")
    first, second = validate(text, settings("a.service")).findings
    assert first.fix is None
    assert second.fix is None
    assert first.help == "write 'OGX_PORT', either for this or for 'LLS_PORT'"
    text = text.replace("LLS_PORT", "OGX_PORT")
    (only,) = validate(text, settings("a.service")).findings
    assert only.help == "remove it; 'OGX_PORT' is given"


def test_a_comment_silences_a_rule():
    text = UNIT.replace(
        'Environment="', '# stackcfg: ignore[old-variable] both\n\nEnvironment="'
    )
    found = validate(text, settings("a.service"))
    assert found.findings == ()
    assert found.ignored == 2
    text = SCRIPT.replace("8321\n", "8321  # stackcfg: ignore[old-variable] an app\n")
    assert places("start.sh", text) == ["5:1"]


def test_a_comment_that_silences_nothing_is_reported():
    text = UNIT + "# stackcfg: ignore[old-variable] nothing\n"
    *_, last = validate(text, settings("a.service")).findings
    assert last.rule == "unused-ignore"
    assert last.span.start == (7, 1)


def test_the_rule_can_be_left_out():
    chosen = settings("start.sh")._replace(ignored=frozenset(["old-variable"]))
    assert validate(SCRIPT, chosen).findings == ()


def test_the_command_shows_no_secrets(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    text = DOCKERFILE.replace(
        "ENV LLAMA_STACK_LOGGING",
        "ENV OPENAI_API_KEY=sk-abcdefghijklmnop0123 LLAMA_STACK_LOGGING",
    )
    (tmp_path / "Dockerfile").write_text(text)
    monkeypatch.setattr(sys, "argv", ["stackcfg", "validate", "Dockerfile"])
    assert run_guarded(run) == 0
    printed = capfd.readouterr()
    assert "LLAMA_STACK_LOGGING" in printed.out
    assert "abcdefgh" not in printed.out
    assert printed.err.startswith("1 file: 5 warnings\n")


def test_a_name_that_is_exported_by_itself_has_no_fix():
    text = "#!/bin/sh\nLLAMA_STACK_PORT=1\nexport LLAMA_STACK_PORT\nogx run c.yaml\n"
    (only,) = validate(text, settings("a.sh")).findings
    assert only.span.start == (3, 8)
    assert only.fix is None
    assert only.help == "write 'OGX_PORT', and where its value is from, too"
