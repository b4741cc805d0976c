"""The page in the browser gives what the command gives, and asks no server.

The engine is tested without the libraries that a browser lacks. The page itself is driven in Chromium with
`python -m pytest -m conformance`; it takes Pyodide from npm, and is skipped without node, npm or Chromium.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from pages.playground import PAGE, build

from stackcfg import migrate
from tests.support.running import ROOT, download_environment

SITUATIONS: Final = sorted((ROOT / "fixtures" / "migrate" / "situations").glob("*"))
PACKAGES: Final = ("pyodide@314.0.7", "playwright-core@1")
DRIVE: Final = Path(__file__).with_name("drive.cjs")
LACKING: Final = (
    "pydantic",
    "rich",
    "typer",
    "click",
    "psutil",
    "jsonschema",
    "ruamel",
    "psycopg",
    "_yaml",
)

REFUSED: Final = (
    "line 2, column 1: not valid YAML: did not find expected node content; "
    "close the '[' or '{' that is open at the end of the file"
)
"""What is wrong with an open bracket, in the words of libyaml, and what to write."""

ENGINE_ALONE: Final = """
import sys
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in LACKING:
            raise ImportError(name)
sys.meta_path.insert(0, Lacking())
import stackcfg
text = open(sys.argv[1], encoding="utf-8").read()
new = stackcfg.migrate(text, target="1.5").text
stackcfg.validate(new, target="1.5")
sys.stdout.write(new)
""".replace("LACKING", repr(LACKING))


def load_bridge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bridge", PAGE / "bridge.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BRIDGE: Final = load_bridge()


def convert(text: str, target: str = "", layout: str = "consolidate") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(BRIDGE.convert(text, target, layout))
    return found


def cases() -> list[dict[str, str]]:
    """Return inputs of fixtures, with target and layout: every fourth, or all with `STACKCFG_ALL=1`."""
    found = []
    step = 1 if os.environ.get("STACKCFG_ALL") else 4
    for folder in SITUATIONS[::step]:
        for layout in ("consolidate", "preserve"):
            text = (folder / "input.yaml").read_bytes().decode()
            if "\r" not in text and "\ufeff" not in text:
                found.append({"text": text, "target": "1.5", "layout": layout})
    return found


def test_the_engine_needs_no_library_that_a_browser_lacks():
    path = ROOT / "fixtures" / "migrate" / "situations" / "starter" / "input.yaml"
    done = subprocess.run(
        [sys.executable, "-c", ENGINE_ALONE, path],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == migrate(path.read_text(), target="1.5").text


def test_the_page_offers_the_targets_that_a_config_can_go_to():
    targets = json.loads(BRIDGE.known_targets())
    assert targets[-1] == "0.3"
    assert targets[0] == "1.5"


def test_the_diff_has_every_line_that_changes():
    old = "image_name: x\nmetadata_store: {type: sqlite, db_path: /d/r.db}\n"
    done = convert(old, "0.3")
    removed = [row[2] for row in done["rows"] if row[0] != "equal" and row[1]]
    assert removed == ["metadata_store: {type: sqlite, db_path: /d/r.db}"]
    added = [row[4] for row in done["rows"] if row[0] != "equal" and row[3]]
    assert added == done["text"].splitlines()[1:]
    assert done["report"]["status"] == "migrated"


def test_a_text_that_is_refused_says_why():
    assert convert("a: [\n") == {"error": REFUSED}
    assert "not one of" in convert("image_name: x\n", "9.9")["error"]


def test_two_builds_of_the_page_are_the_same(tmp_path: Path):
    pyodide = tmp_path / "pyodide"
    pyodide.mkdir()
    for name in ("mjs", "asm.mjs", "asm.wasm"):
        (pyodide / f"pyodide.{name}").write_text(name)
    for name in ("pyodide-lock.json", "python_stdlib.zip"):
        (pyodide / name).write_text(name)
    for name in ("one", "two"):
        build(pyodide, tmp_path / name)
    files = [path for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes(), path


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Chromium showed of every case."""
    tools = {name: shutil.which(name) for name in ("node", "npm", "chromium")}
    if None in tools.values():
        pytest.skip(f"lacking: {[name for name in tools if tools[name] is None]}")
    folder = tmp_path_factory.mktemp("playground")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    variables = download_environment() | {
        name: value for name, value in os.environ.items() if name.startswith("npm_")
    }
    subprocess.run([*install, *PACKAGES], cwd=folder, check=True, env=variables)
    build(folder / "node_modules" / "pyodide", folder / "page")
    (folder / "cases.json").write_text(json.dumps(cases()), encoding="utf-8")
    shutil.copyfile(DRIVE, folder / DRIVE.name)
    done = subprocess.run(
        ["node", DRIVE.name, "page", "cases.json", str(tools["chromium"]), str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.conformance
def test_the_page_gives_the_bytes_of_the_command(seen: dict[str, Any]):
    assert len(seen["results"]) == len(cases()) > 15
    for case, result in zip(cases(), seen["results"], strict=True):
        expected = convert(case["text"], case["target"], case["layout"])
        if "error" in expected:
            assert result["status"] == expected["error"]
        else:
            assert result["text"] == expected["text"]
            wanted = migrate(case["text"], target="1.5", layout=case["layout"])
            assert result["text"] == wanted.text


@pytest.mark.conformance
def test_no_request_leaves_this_machine(seen: dict[str, Any]):
    assert seen["hosts"] == ["127.0.0.1"]
    assert seen["errors"] == []


@pytest.mark.conformance
def test_the_page_can_be_used_by_keyboard_and_on_a_narrow_screen(seen: dict[str, Any]):
    assert seen["focused"] == ["target", "layout", "open", "copy", "share", "text"]
    assert seen["overflows"] is False


@pytest.mark.conformance
def test_a_link_takes_the_config_with_it(seen: dict[str, Any]):
    assert seen["shared"].startswith("#target=1.5&layout=preserve&text=")
    assert seen["opened"] == seen["results"][-1]["text"]


@pytest.mark.conformance
def test_a_config_is_text_and_never_markup(seen: dict[str, Any]):
    assert seen["images"] == 0
    assert "<img src=x" in seen["strange"]
    assert seen["refused"].startswith("line 2, column 1: not valid YAML")
