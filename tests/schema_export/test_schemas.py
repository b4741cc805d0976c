"""The published schemas are those of the models, and say the same as the models and as `validate`."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from stackcfg import migrate
from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.releases import models as config_models
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.providers import provider_types
from stackcfg.releases.stores import engines, load_store_fields
from stackcfg.schema_export.publish import CATALOG, REPORTS, as_text, catalog, schemas
from stackcfg.schema_export.run_config import run_config_schema
from stackcfg.schema_export.typed_models import typed_model
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DEPRECATED,
    DROPPED,
    INVALID,
    MISSING,
    TYPE,
    ModelError,
    check_model,
    check_type,
    has_refusal,
)
from stackcfg.validation.upstream.registry import CHECKED_AT_START
from stackcfg.yamltext.values import data_of
from tests.support.budgets import ALL
from tests.support.in_process import run_here
from tests.support.running import ROOT

MIGRATE = ROOT / "fixtures" / "migrate"


def is_for_default_target(path: Path) -> bool:
    options = path.with_name("options.json")
    if not options.exists():
        return True
    return json.loads(options.read_text()).get("target", "0.3") == "0.3"


OUTPUTS = [
    path
    for path in sorted(MIGRATE.glob("*/*/output*.yaml"))
    if path.parts[-3] != "templates" and is_for_default_target(path)
]
"""The fixtures that are for the default target, but for templates."""
TARGET = DEFAULT_TARGET


@cache
def published() -> dict[str, dict[str, Any]]:
    """Return the schemas that are to be published; making them takes seconds."""
    return schemas()


@cache
def run_config_definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = run_config_schema(TARGET)["$defs"]
    return definitions


@cache
def run_config_validator() -> Draft202012Validator:
    return Draft202012Validator(run_config_schema(TARGET))


@cache
def storage_validator() -> Draft202012Validator:
    definitions = run_config_definitions()
    return Draft202012Validator({**definitions["StorageConfig"], "$defs": definitions})


def test_the_published_schemas_are_fresh():
    for name, schema in (published() | {CATALOG: catalog()}).items():
        assert (ROOT / "schemas" / name).read_text() == as_text(schema), (
            f"run: python -m stackcfg.schema_export.publish schemas ({name})"
        )


def test_nothing_else_is_published():
    assert {path.name for path in (ROOT / "schemas").glob("*.json")} == {
        *published(),
        CATALOG,
    }


SAMPLE = ("run-config-0.1.json", "run-config-0.3.json", "run-config-1.5.json")
"""All run config schemas come from one place, and the check of one takes seconds."""


@pytest.mark.parametrize("name", sorted({*SAMPLE, *REPORTS}))
def test_schemas_are_schemas(name):
    Draft202012Validator.check_schema(published()[name])


def test_the_command_prints_the_published_file():
    done = run_here("schema", "0.3")
    assert (done.code, done.err) == (0, "")
    assert done.out == (ROOT / "schemas" / "run-config-0.3.json").read_text()
    assert run_here("schema", "0.3.2").out == done.out
    assert run_here("schema", "7.0").code == 2


def configs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in OUTPUTS:
        for config in find_run_configs(
            read_documents(path.read_text().removeprefix("\ufeff"))
        ):
            if "storage" in config.data and "providers" in config.data:
                yield path.parent.name, data_of(config.document.root)


CONFIGS = list(configs())
STORAGE_SECTIONS = {
    json.dumps(config["storage"]): (name, config["storage"])
    for name, config in CONFIGS
    if "${env" not in str(config["storage"])
}
"""Each section once, by its text; many fixtures have the same."""


def spoiled(data: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The data with one thing wrong: a key too many, a key gone, a value of another type, wherever there is one."""
    for here in places(data):
        for wrong in ([], {"no": "such"}, 1.5, None, "zzz"):
            yield here, put(data, here, wrong)
        if isinstance(here[-1], str):
            yield here, renamed(data, here)


def places(
    data: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    for key, value in (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    ):
        yield from places(value, (*path, key))


def put(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    result = copy.deepcopy(data)
    holder = result
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return result


def renamed(data: Any, path: tuple[str | int, ...]) -> Any:
    result = copy.deepcopy(data)
    holder = result
    for part in path[:-1]:
        holder = holder[part]
    holder[f"{path[-1]}_"] = holder.pop(path[-1])
    return result


@pytest.mark.parametrize("case", range(0, len(STORAGE_SECTIONS), 1 if ALL else 3))
def test_models_schema_and_check_agree_on_the_storage_section(case):
    """Pydantic, the JSON Schema and `model_check` say the same of every spoiled storage section."""
    name, section = list(STORAGE_SECTIONS.values())[case]
    version = TARGET.last
    model = typed_model("StorageConfig", version)
    validator = storage_validator()
    seen = 0
    for path, storage in spoiled(section):
        found = check_model("StorageConfig", storage, (), version)
        try:
            model.model_validate(storage)
            accepted = True
        except ValidationError:
            accepted = False
        tag_left_out = any(
            each.kind == MISSING and each.path[-1] == "type" for each in found
        )
        assert tag_left_out or accepted == (not found), (name, path)
        assert validator.is_valid(storage) == (not found), (name, path)
        seen += 1
    assert seen > 50


def test_schema_and_check_agree_on_whole_configs():
    """What the schema refuses has a model error, and one that no variable explains is refused by the schema."""
    version = TARGET.last
    root = config_models.root_model(version).name
    for name, config in CONFIGS[:4]:
        for path, data in list(spoiled(config))[::7]:
            if path[0] == "providers" or "${env" in str(data):
                continue
            found = check_model(root, data, (), version)
            plain = [each for each in found if each.kind in (MISSING, DROPPED, TYPE)]
            assert run_config_validator().is_valid(data) <= (not plain), (name, path)
            assert (not run_config_validator().is_valid(data)) <= bool(found), (
                name,
                path,
            )


def is_refused_at_start(error: ModelError) -> bool:
    return error.model in CHECKED_AT_START and error.kind in (INVALID, MISSING)


@pytest.mark.parametrize(("name", "config"), CONFIGS, ids=[name for name, _ in CONFIGS])
def test_schema_and_check_agree_on_migrated_configs(name, config):
    """A config fits the schema exactly when no rule finds it different from the release's models.

    What only the code of a provider refuses is in no model.
    """
    document = read_documents(yaml.safe_dump(config, sort_keys=False))[0]
    inspection = Inspection(document, config, load_store_fields(), TARGET.last)
    different = [
        each
        for each in inspection.model_errors
        if each.kind != DEPRECATED and not is_refused_at_start(each)
    ]
    strange = [
        api for api in config["providers"] if not provider_types(api, TARGET.last)
    ]
    errors = [error.message for error in run_config_validator().iter_errors(config)]
    assert bool(errors) == bool(different or strange), (name, errors, different)


def test_models_have_the_fields_of_the_catalog():
    definitions = run_config_definitions()
    by_type = {
        model["properties"]["type"]["anyOf"][0]["const"]: set(model["properties"])
        for model in definitions.values()
        if "const" in str(model.get("properties", {}).get("type", {}))
    }
    for engine in engines():
        assert set(engine.fields) <= by_type[engine.type]


@pytest.mark.parametrize(
    ("kind", "value", "taken"),
    [
        ("int", "5432", True),
        ("int", "54a", False),
        ("int", 5.0, True),
        ("int", True, True),
        ("str", 5, False),
        ("bool", "yes", True),
        ("bool", 2, False),
        ("float", "1e3", True),
        ("url", "http://h:1/v1", True),
        ("url", "h:1", False),
        ("url", "http://10.0.0.255", True),
        ("url", "http://10.0.0.256", False),
        ("url", "http:///h", True),
        ("url", "https://<resource>.openai.azure.com", False),
        ("url", "http://a host:8000", False),
        ("url", "http://h/" + "a" * 2100, False),
        (["literal", "a", "b"], "a", True),
        (["literal", "a", "b"], "A", False),
        (["bound", {"ge": 1024, "le": 65535}, "int"], 80, False),
        (["bound", {"ge": 1024, "le": 65535}, "int"], "8080", True),
        (["union", "int", "none"], None, True),
        (["list", "str"], "a", False),
        (["dict", "str"], {1: "a"}, False),
    ],
)
def test_types_take_what_the_server_takes(kind, value, taken):
    assert has_refusal(check_type(kind, value, (), TARGET.last)) != taken


def test_an_invalid_value_is_a_mismatch_of_its_own():
    found = check_model("ServerConfig", {"port": 80}, (), TARGET.last)
    assert [(each.kind, each.path) for each in found] == [(INVALID, ("port",))]


def test_the_library_returns_data():
    done = migrate("metadata_store: {type: sqlite, db_path: /d/r.db}\n")
    assert done.changed
    assert (
        migrate(
            "metadata_store: {type: sqlite, db_path: /d/r.db}\n", target="0.3.5"
        ).text
        == done.text
    )
    with pytest.raises(ValueError, match="target"):
        migrate("", target="9.9")
