"""The extension for VS Code: what its manifest names is in its code, and the server has what it calls."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib

import pytest

from tests.docs.pages import read_page
from tests.support.running import ROOT

FOLDER = ROOT / "editors" / "vscode"
MANIFEST = json.loads((FOLDER / "package.json").read_text())
CODE = (FOLDER / "extension.js").read_text()
SERVER = (ROOT / "stackcfg" / "editor" / "server.py").read_text()


def test_every_command_of_the_manifest_is_registered() -> None:
    named = {each["command"] for each in MANIFEST["contributes"]["commands"]}
    assert named == set(re.findall(r'registerCommand\("([\w.]+)"', CODE))


def test_every_setting_of_the_manifest_is_read() -> None:
    settings = MANIFEST["contributes"]["configuration"]["properties"]
    read = set(re.findall(r'settings\(\)\.get\("(\w+)"\)', CODE))
    assert {name.removeprefix("stackcfg.") for name in settings} == read


def test_the_server_has_the_commands_that_are_called() -> None:
    called = set(re.findall(r'call\("([\w.]+)"', CODE))
    assert called == {"stackcfg.migrate", "stackcfg.migratedText"}
    assert all(f'"{name}"' in SERVER for name in called)


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    assert lock["packages"][""]["dependencies"] == MANIFEST["dependencies"]
    assert not any("resolved" in each for each in lock["packages"].values())


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js")
def test_the_code_is_javascript() -> None:
    subprocess.run(["node", "--check", FOLDER / "extension.js"], check=True)


def test_the_settings_of_helix_are_toml() -> None:
    [text] = read_page("editors.md").of_language("toml")
    assert tomllib.loads(text)["language-server"]["stackcfg"]["args"] == ["lsp"]
