"""The published schemas are those of the models, and say the same as the models."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from running import ROOT

from stackcfg import migrate
from stackcfg.catalog import engines
from stackcfg.schemas import as_text, schemas
from stackcfg.storage_models import Storage

OUTPUTS = sorted((ROOT / "fixtures" / "migrate").glob("*/output*.yaml"))


def test_fresh():
    for name, schema in schemas().items():
        assert (ROOT / "schemas" / name).read_text() == as_text(schema), (
            f"run: python -m stackcfg.schemas schemas ({name})"
        )


def storages():
    from stackcfg.document import data_of
    from stackcfg.migration import _documents

    for path in OUTPUTS:
        for document in _documents(path.read_text().removeprefix("\ufeff")):
            data = data_of(document.root)
            if isinstance(data, dict) and isinstance(data.get("storage"), dict):
                yield path.parent.name, data["storage"]


def test_models_and_schema_agree():
    validator = Draft202012Validator(schemas()["storage-0.3.json"])
    seen = 0
    for name, storage in storages():
        seen += 1
        assert agrees(storage) == validator.is_valid(storage), name
        for broken in spoiled(storage):
            assert agrees(broken) == validator.is_valid(broken), name
    assert seen > 5


def agrees(storage: object) -> bool:
    try:
        Storage.model_validate(storage, strict=False)
    except ValidationError:
        return False
    return True


def spoiled(storage: dict):
    yield {**storage, "references": {}}
    yield {**storage, "stores": {}}
    for name in storage.get("backends", {}):
        yield {**storage, "backends": {**storage["backends"], name: {"type": "kv_none"}}}
        yield {**storage, "backends": {**storage["backends"], name: {}}}


def test_models_have_the_fields_of_the_catalog():
    definitions = schemas()["storage-0.3.json"]["$defs"]
    by_type = {
        model["properties"]["type"]["const"]: set(model["properties"])
        for model in definitions.values()
        if "const" in model["properties"].get("type", {})
    }
    for engine in engines():
        assert set(engine.connection) <= by_type[engine.type]


def test_the_library_returns_data():
    done = migrate("metadata_store: {type: sqlite, db_path: /d/r.db}\n")
    assert done.changed
    assert migrate("metadata_store: {type: sqlite, db_path: /d/r.db}\n", target="0.3.5").text == done.text
    with pytest.raises(ValueError, match="target"):
        migrate("", target="9.9")
