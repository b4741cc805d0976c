"""Changes of behaviour that `migrate` reports although no key shows them: the releases really behave so."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stackcfg.releases.resources import REFUSED, SERVED, outside_allowed_models
from stackcfg.releases.versions import parse_release
from tests.conformance.releases import UnavailableError, environment
from tests.support.running import ROOT

pytestmark = pytest.mark.conformance

SCRIPT: Final = Path(__file__).with_name("behaviour.py")
VALIDATE: Final = ROOT / "fixtures" / "validate"
STEPS: Final = ROOT / "fixtures" / "migrate" / "steps"
SETTINGS: Final = {
    "remote::vllm": {"url": "http://vllm/v1", "base_url": "http://vllm/v1"},
    "remote::ollama": {},
    "remote::watsonx": {"api_key": "key", "project_id": "one"},
}
KEYS: Final = ("BRAVE_SEARCH_API_KEY", "TAVILY_SEARCH_API_KEY")


def ask(release: str, question: str, config: object = None, *variables: str) -> Any:
    """The answer of a release, with variables that are set."""
    try:
        python = environment(release)
    except UnavailableError as error:
        pytest.skip(error.reason)
    known = {name: value for name, value in os.environ.items() if name not in KEYS}
    done = subprocess.run(
        [str(python), str(SCRIPT), question, json.dumps(config)],
        capture_output=True,
        text=True,
        check=True,
        env={**known, **dict.fromkeys(variables, "key")},
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("release", ["0.7.3", "1.5.0"])
@pytest.mark.parametrize(
    ("fixture", "variables", "chosen"),
    [
        ("web-search", KEYS, "brave-search"),
        ("web-search", KEYS[1:], "tavily-search"),
        ("web-search-with-key", KEYS, "brave-search"),
        ("web-search-as-before", KEYS, "tavily-search"),
    ],
)
def test_the_server_searches_the_web_with_the_provider_of_the_note(
    release: str, fixture: str, variables: tuple[str, ...], chosen: str
) -> None:
    folder = STEPS / fixture
    config = yaml.safe_load((folder / "output.yaml").read_text())
    found = ask(release, "choose_tool_groups", config, *variables)
    assert found == {"builtin::websearch": chosen}
    notes = (folder / "notes.txt").read_text()
    assert ("searches the web with" in notes) == (fixture != "web-search-as-before")
    if variables == KEYS and notes:
        assert f"searches the web with '{chosen}'" in notes


def test_other_rules_say_who_may_use_a_resource_from_0_4() -> None:
    assert ask("0.3.5", "judge_access") == {
        "shares one": False,
        "shares each": True,
        "owner has none": True,
        "user in owners teams": True,
        "user not in owners teams": False,
    }
    for release in ("0.4.5", "1.5.0"):
        assert ask(release, "judge_access") == {
            "shares one": True,
            "shares each": True,
            "owner has none": False,
            "user in owners teams": False,
            "user not in owners teams": True,
        }


def test_1_5_serves_conversations_and_prompts_only_with_responses() -> None:
    implied = {"conversations", "prompts"}
    assert implied.isdisjoint(ask("1.5.0", "served_apis", {"apis": ["inference"]}))
    assert implied <= set(ask("1.5.0", "served_apis", {"apis": ["responses"]}))
    assert implied <= set(ask("1.5.0", "served_apis", {"apis": sorted(implied)}))


@pytest.mark.parametrize("release", ["0.5.0", "0.7.3", "1.0.0", "1.5.0"])
def test_of_two_connectors_with_one_id_the_last_one_stays(release: str) -> None:
    path = VALIDATE / "duplicate-connector" / "bad-two-addresses.yaml"
    text = path.read_text().replace("${env.WIKI_URL:=http://new/mcp}", "http://new/mcp")
    kept = ask(release, "register_connectors", yaml.safe_load(text))
    assert kept == {"wiki": "http://new/mcp", "tickets": "http://tickets/mcp"}


@pytest.mark.parametrize(
    ("release", "kind"),
    [
        ("0.3.0", "remote::openai"),
        ("0.3.2", "remote::vllm"),
        ("0.3.3", "remote::openai"),
        ("0.3.3", "remote::vllm"),
        ("0.5.4", "remote::groq"),
        ("0.5.4", "remote::bedrock"),
        ("0.6.1", "remote::openai"),
        ("1.5.0", "remote::openai"),
        ("1.5.0", "remote::ollama"),
        ("1.5.0", "remote::watsonx"),
    ],
)
@pytest.mark.parametrize("allowed", [["inside"], []])
def test_what_becomes_of_a_model_outside_of_the_allowed_ones(
    release: str, kind: str, allowed: list[str]
) -> None:
    becomes = outside_allowed_models(kind, parse_release(release))
    settings = {**SETTINGS.get(kind, {"api_key": "key"}), "allowed_models": allowed}
    found = ask(release, "limit_models", {"provider_type": kind, "config": settings})
    assert ("outside" in found["listed"]) == (becomes == SERVED)
    assert ("outside" in found["registered"]) == (becomes != REFUSED)
    assert ("outside" in found["answered"]) == (becomes == SERVED)
    # an empty list is one, once the list is read
    assert ("inside" in found["listed"]) == (becomes == SERVED or bool(allowed))


@pytest.mark.parametrize("kind", ["remote::cerebras", "remote::groq", "remote::ollama"])
@pytest.mark.parametrize(
    ("release", "adds"),
    [("0.3.5", True), ("0.4.0", False), ("0.7.3", False), ("1.5.0", False)],
)
def test_an_address_is_whole_from_0_4(kind: str, release: str, adds: bool) -> None:
    key = "base_url" if kind == "remote::cerebras" else "url"
    if not adds:
        key = "base_url"
    settings = {key: "http://host:1234", "api_key": "key"}
    found = ask(release, "called_address", {"provider_type": kind, "config": settings})
    ending = "/openai/v1" if kind == "remote::groq" else "/v1"
    assert found.rstrip("/") == f"http://host:1234{ending if adds else ''}"
