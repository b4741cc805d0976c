"""Comments that silence findings: they say nothing to a server, and their findings are gone.

The judge is PyYAML: the data of each document, and of each text inside of one, is what it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stackcfg.errors import StackcfgError
from stackcfg.validation.engine import validate
from stackcfg.validation.settings import Settings, settings_for
from stackcfg.validation.silencing import Silenced, check_reason, silence
from tests.support.rule_fixtures import release_of
from tests.support.running import ROOT
from tests.support.texts import name_of, read

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
CORPUS: Final = Path(
    os.environ.get("STACKCFG_CORPUS") or ROOT.parent / "shared" / "corpus"
)
EVERY: Final = 1 if ALL else 16
REASON: Final = "known since May: see #12"
FIXTURES: Final = sorted((ROOT / "fixtures" / "validate").glob("*/bad-*.yaml"))

HEAD: Final = """\
version: 2
image_name: demo
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama
    config: {url: http://a:1/, other: 1}
"""
SETTINGS: Final = settings_for("0.3.5", selected=frozenset({"unknown-key"}))


def settings_of(path: Path) -> Settings:
    return settings_for(release_of(path))


def silence_all(text: str, settings: Settings = SETTINGS) -> Silenced:
    found = validate(text, settings)
    return silence(text, found, found.findings, settings, REASON)


def data_in(text: str) -> Iterator[Any]:
    """Yield the data of the documents of a text, and of the YAML inside of strings."""
    for document in yaml.safe_load_all(text):
        yield with_data_of_strings(document)


def with_data_of_strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_data_of_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(with_data_of_strings, value))
    if isinstance(value, str) and "\n" in value:
        try:
            return list(yaml.safe_load_all(value))
        except yaml.YAMLError:
            return value
    return value


def faults_of(text: str, settings: Settings) -> list[str]:
    before = validate(text, settings)
    if not before.findings:
        return []
    done = silence_all(text, settings)
    faults = []
    try:
        if list(data_in(text)) != list(data_in(done.text)):
            faults.append("the data is another")
    except yaml.YAMLError:
        # a template, which no YAML reader reads
        pass
    again = silence_all(done.text, settings)
    if again.text != done.text:
        faults.append("a second run writes again")
    left = len(done.left.findings)
    if done.silenced != len(before.findings) - left:
        faults.append("the count is wrong")
    if {each.rule for each in done.left.findings} - {
        each.rule for each in before.findings
    }:
        faults.append("another finding has come")
    written = set(done.text.splitlines()) - set(text.splitlines())
    if not all("# stackcfg: ignore[" in line for line in written):
        faults.append("another line is changed")
    return faults


@pytest.mark.parametrize("path", FIXTURES[::4], ids=name_of)
def test_findings_of_a_fixture(path: Path) -> None:
    assert faults_of(read(path), settings_of(path)) == []


def test_nearly_all_findings_of_fixtures_can_be_silenced() -> None:
    found, left = 0, []
    for path in FIXTURES[::8]:
        settings = settings_of(path)
        done = silence_all(read(path), settings)
        found += done.silenced
        left += [f"{name_of(path)} {each.rule}" for each in done.left.findings]
    assert found > 50
    assert len(left) < found / 20, left


@pytest.mark.skipif(
    not (CORPUS / "manifest.jsonl").is_file(),
    reason="no corpus: set STACKCFG_CORPUS to its folder",
)
def test_findings_of_the_corpus() -> None:
    faults = []
    rows = read(CORPUS / "manifest.jsonl").splitlines()
    for row in rows[::EVERY]:
        path = CORPUS / json.loads(row)["path"]
        try:
            text = read(path)
            faults += [
                f"{path.name}: {each}"
                for each in faults_of(text, settings_for("1.5.0"))
            ]
        except (StackcfgError, UnicodeDecodeError, FileNotFoundError):
            continue
    assert faults == []


def comment(*rules: str) -> str:
    return f"# stackcfg: ignore[{', '.join(rules)}] {REASON}"


def test_a_comment_is_behind_the_line() -> None:
    done = silence_all(HEAD)
    assert done.text == HEAD[:-1] + f"  {comment('unknown-key')}\n"
    assert (done.silenced, done.left.findings) == (1, ())


def test_a_comment_that_is_there_is_followed() -> None:
    text = HEAD[:-1] + "   # old  \n"
    assert (
        silence_all(text).text == HEAD[:-1] + f"   # old  {comment('unknown-key')}  \n"
    )


def test_an_ignore_comment_that_is_there_is_extended() -> None:
    text = HEAD.replace("1}\n", "1}  # stackcfg: ignore[literal-password] mine\n")
    done = silence_all(text)
    assert "# stackcfg: ignore[literal-password, unknown-key] mine\n" in done.text


def test_a_line_that_goes_on_has_its_comment_above() -> None:
    text = HEAD.replace(", other: 1}", ', other: "one\n      two"}')
    done = silence_all(text)
    assert f"\n    {comment('unknown-key')}\n    config: {{url" in done.text
    assert done.left.findings == ()


def test_two_findings_of_one_line_have_one_comment() -> None:
    settings = settings_for("0.3.5", ignored=frozenset({"unused-backend"}))
    text = HEAD.replace("other: 1", "other: 1, third: 2, tls: {verify: maybe}")
    done = silence_all(text, settings)
    assert done.text.count("unknown-key") == 1
    assert [each.rule for each in done.left.findings] == []


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_and_byte_order_mark_stay(end: str) -> None:
    text = "\ufeff" + HEAD.replace("\n", end)
    done = silence_all(text)
    assert done.text == "\ufeff" + silence_all(HEAD).text.replace("\n", end)


def test_a_file_without_an_end_of_line() -> None:
    assert silence_all(HEAD[:-1]).text == silence_all(HEAD).text[:-1]


def test_a_config_in_a_block_of_a_manifest() -> None:
    def manifest(config: str) -> str:
        lines = "".join(f"    {line}\n" for line in config.splitlines())
        return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  run.yaml: |\n{lines}"

    assert silence_all(manifest(HEAD)).text == manifest(silence_all(HEAD).text)


def test_what_no_comment_can_silence_is_left() -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  run.yaml: {json.dumps(HEAD)}\n"
    done = silence_all(text)
    assert done.text == text
    assert (done.silenced, len(done.left.findings)) == (0, 1)


def test_only_what_is_wanted_is_silenced() -> None:
    text = HEAD.replace("image_name: demo", "image_name: demo\nsecond: 1")
    found = validate(text, SETTINGS)
    assert len(found.findings) == 2
    done = silence(text, found, found.findings[:1], SETTINGS, REASON)
    assert [each.rule for each in done.left.findings] == ["unknown-key"]


@pytest.mark.parametrize("reason", ["", " ", "a\nb", "a\x1bb", "a\u2028b"])
def test_a_reason_is_one_line(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        check_reason(reason)
