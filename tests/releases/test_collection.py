"""The programs that read facts from installed releases, with a small made-up release."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from facts.collect_facts import (
    Merge,
    check_broken,
    collect_field_descriptions,
    collect_models,
    collect_providers,
    format_json,
    make_rows,
    name_models,
)

from tests.support.running import ROOT

DESCRIBE = ROOT / ".ci" / "facts" / "describe_release.py"

DATATYPES = """
    from enum import Enum
    from typing import Annotated, Literal, Union
    from pydantic import AliasChoices, BaseModel, ConfigDict, Field, HttpUrl, SecretStr
    from pydantic import field_validator

    class Api(Enum):
        inference = "inference"

    class A(BaseModel):
        type: Literal["a"] = "a"

    class B(BaseModel):
        type: Literal["b"] = "b"
        more: "B | None" = None

    class StackConfig(BaseModel):
        model_config = ConfigDict(extra="forbid")
        name: str = Field(validation_alias=AliasChoices("name", "old_name"))
        port: int = Field(8321, ge=1024)
        url: HttpUrl | None = None
        secret: SecretStr | None = None
        api: Api = Api.inference
        parts: list[Annotated[Union[A, B], Field(discriminator="type")]] = []
        table: dict[str, float] = {}
        gone: bool = Field(False, deprecated=True)

        @field_validator("port")
        def check_port(cls, value):
            return value
"""
DISTRIBUTION = """
    from types import SimpleNamespace as Spec
    from ogx.core.datatypes import Api

    def get_provider_registry():
        one = Spec(api_dependencies=[Api.inference], config_class="ogx.core.datatypes.A")
        two = Spec(
            api_dependencies=[],
            config_class="ogx.nowhere.C",
            deprecation_warning="use one",
        )
        return {Api.inference: {"inline::one": one, "inline::two": two}}

    def builtin_automatically_routed_apis():
        return [Spec(routing_table_api=Spec(value="models"), router_api=Api.inference)]
"""
STACK = """
    import a_package_that_is_not_installed

    RESOURCES = [("models", 1), ("shields", 2)]
"""


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("release")
    core = folder / "ogx" / "core"
    core.mkdir(parents=True)
    for path in (folder / "ogx", core):
        (path / "__init__.py").touch()
    for name, text in (
        ("datatypes", DATATYPES),
        ("distribution", DISTRIBUTION),
        ("stack", STACK),
    ):
        (core / f"{name}.py").write_text(dedent(text))
    done = subprocess.run(
        [sys.executable, "-B", str(DESCRIBE)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(folder)},
    )
    return dict(json.loads(done.stdout))


def test_a_release_is_described_without_this_project(
    description: dict[str, Any],
) -> None:
    model = description["models"][description["root"]]
    assert description["root"] == "ogx.core.datatypes.StackConfig"
    assert model["extra"] == "forbid"
    assert model["checks"] == {"check_port": "after port"}
    assert model["fields"] == {
        "name": {"type": "str", "required": True, "names": ["name", "old_name"]},
        "port": {"type": ["bound", {"ge": 1024}, "int"], "default": 8321},
        "url": {"type": ["union", "url", "none"]},
        "secret": {"type": ["union", "secret", "none"]},
        "api": {"type": ["literal", "inference"], "default": "inference"},
        "parts": {
            "type": [
                "list",
                [
                    "tagged",
                    "type",
                    ["model", "ogx.core.datatypes.A"],
                    ["model", "ogx.core.datatypes.B"],
                ],
            ]
        },
        "table": {"type": ["dict", "float"]},
        "gone": {"type": "bool", "default": False, "deprecated": True},
    }


def test_providers_and_apis_are_described(description: dict[str, Any]) -> None:
    one, two = description["providers"].values()
    assert one == {"requires": ["inference"], "config": "ogx.core.datatypes.A"}
    assert two["failed"].startswith("ModuleNotFoundError")
    assert two["deprecation_warning"] == "use one"
    assert description["apis"] == ["inference"]
    assert description["routed"] == [["models", "inference"]]


def test_a_table_is_read_from_a_module_that_cannot_be_imported(
    description: dict[str, Any],
) -> None:
    assert description["resources"] == ["models", "shields"]
    assert description["resource_ids"] == []


def test_neighbouring_releases_that_agree_share_a_row() -> None:
    order = ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]
    found = {"0.1.0": {"a": 1}, "0.2.0": {"a": 1}, "0.4.0": {"a": 1}, "0.5.0": {"a": 2}}
    assert make_rows(found, order) == [
        {"since": "0.1.0", "until": "0.2.0", "a": 1},
        {"since": "0.4.0", "until": "0.4.0", "a": 1},
        {"since": "0.5.0", "a": 2},
    ]


def described(*paths: str) -> dict[str, Any]:
    fields = {"a": {"type": ["list", ["model", paths[0]]]}}
    models = {path: {"fields": fields, "checks": {"check": ""}} for path in paths}
    return {
        "models": models,
        "providers": {"eval x": {"config": paths[0], "requires": []}},
    }


def test_models_with_the_same_class_name_are_told_apart() -> None:
    one, other = "ogx.providers.inline.eval.x.Config", "ogx.providers.remote.y.Config"
    names = name_models({"1.0.0": described(one, other)})
    assert names == {one: "inline.Config", other: "remote.Config"}
    assert name_models({"1.0.0": described(one)}) == {one: "Config"}
    known = ["inline.Config", "remote.Config"]
    assert name_models({"1.0.0": described(one)}, known) == {one: "inline.Config"}


def test_models_and_providers_become_facts() -> None:
    descriptions = {"1.0.0": described("ogx.x.Config")}
    names = name_models(descriptions)
    span = {"since": "1.0.0"}
    assert collect_models(descriptions, ["1.0.0"], names) == {
        "Config": {
            "present": [span],
            "checks": {"check": [span]},
            "fields": {"a": [{**span, "type": ["list", ["model", "Config"]]}]},
        }
    }
    row = {**span, "config": "Config", "requires": []}
    assert collect_providers(descriptions, ["1.0.0"], names) == {"eval x": [row]}


def test_descriptions_of_fields_are_kept_apart() -> None:
    description = described("ogx.x.Config")
    description["models"]["ogx.x.Config"]["fields"]["a"]["description"] = "A list."
    descriptions = {"1.0.0": description}
    names = name_models(descriptions)
    assert collect_field_descriptions(descriptions, ["1.0.0"], names) == {
        "Config": {"a": [{"since": "1.0.0", "description": "A list."}]}
    }
    models = collect_models(descriptions, ["1.0.0"], names)
    assert "description" not in models["Config"]["fields"]["a"][0]


def test_a_release_is_added_to_what_is_known_of_others() -> None:
    known = {
        "a": [{"since": "0.1.0", "x": 1}],
        "b": [{"since": "0.1.0", "until": "0.1.0"}],
        "c": [{"since": "0.2.0"}],
    }
    found = {"a": [{"since": "0.3.0", "x": 1}], "c": [], "d": [{"since": "0.3.0"}]}
    assert Merge(["0.1.0", "0.2.0"], ["0.3.0"]).merge(known, found) == {
        "a": [{"since": "0.1.0", "x": 1}],
        "b": [{"since": "0.1.0", "until": "0.1.0"}],
        "c": [{"since": "0.2.0", "until": "0.2.0"}],
        "d": [{"since": "0.3.0"}],
    }


def test_a_release_between_others_is_added() -> None:
    known = [{"since": "0.1.0"}]
    merge = Merge(["0.1.0", "0.3.0"], ["0.2.0"])
    assert merge.merge(known, [{"since": "0.2.0"}]) == known
    assert merge.merge(known, []) == [
        {"since": "0.1.0", "until": "0.1.0"},
        {"since": "0.3.0"},
    ]


def test_a_release_is_described_anew() -> None:
    known = [{"since": "0.1.0", "x": 1}]
    found = [{"since": "0.2.0", "x": 2}]
    assert Merge(["0.1.0", "0.2.0"], ["0.2.0"]).merge(known, found) == [
        {"since": "0.1.0", "until": "0.1.0", "x": 1},
        {"since": "0.2.0", "x": 2},
    ]


def test_a_provider_that_was_not_read_stops_the_program() -> None:
    provider = {"requires": [], "failed": "ModuleNotFoundError: No module named 'a'"}
    with pytest.raises(SystemExit, match=r"1\.0\.0: 'eval x' is not described"):
        check_broken("1.0.0", "eval x", provider)
    check_broken("0.1.6", "telemetry remote::sample", provider)


@pytest.mark.parametrize("name", ["models.json", "providers.json", "releases.json"])
def test_fact_files_are_formatted_as_the_program_writes_them(name: str) -> None:
    text = (Path(ROOT) / "stackcfg" / "releases" / "facts" / name).read_text("utf-8")
    depth = 4 if name == "models.json" else 2
    assert "".join(format_json(json.loads(text), depth)) + "\n" == text
