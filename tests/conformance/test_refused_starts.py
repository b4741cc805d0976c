"""What a server refuses at its start, although it loads the config: held against servers that are started."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stackcfg import validate
from tests.conformance.upgrade.running import Side, running
from tests.support.catalogs import storage_in

pytestmark = pytest.mark.conformance

FAISS: Final = {
    "provider_id": "faiss",
    "provider_type": "inline::faiss",
    "config": {"persistence": {"backend": "kv_default", "namespace": "faiss"}},
}
RULES: Final = {
    "provider_config": {"type": "github_token"},
    "access_policy": [{"permit": {"actions": ["read"]}}],
}


def config(folder: Path, **sections: Any) -> dict[str, Any]:
    """Return a config that each release from 0.3.0 on starts with."""
    return {
        "version": 2,
        "image_name": "demo",
        "apis": list(sections.get("providers", {"files": []})),
        "providers": {},
        "storage": storage_in(folder),
        **sections,
    }


def vllm(key: str, url: str | None) -> dict[str, Any]:
    entry = {
        "provider_id": "vllm",
        "provider_type": "remote::vllm",
        "config": {key: url},
    }
    return {"inference": [entry]}


NOWHERE: Final = "http://127.0.0.1:1/v1"
LOGGING: Final = {"category_levels": {"core": "info"}}
VECTORS: Final = {**vllm("base_url", NOWHERE), "vector_io": [FAISS], "files": []}
OPEN: Final = {"insecure": True}

TALKS: Final = {"model_id": "talks", "provider_id": "vllm", "model_type": "llm"}
DEFAULT: Final = {"provider_id": "vllm", "model_id": "talks"}
KEYS: Final = {"provider_config": {"type": "local_api_key", "api_keys": ["key"]}}
NO_FILE: Final = {
    "backends": {
        "kv_default": {"type": "kv_sqlite", "db_path": ""},
        "sql_default": {"type": "sql_sqlite", "db_path": ""},
    },
    "stores": {"metadata": {"backend": "kv_default", "namespace": "registry"}},
}

REFUSED: Final = {
    "vllm 0.3.0": ("0.3.0", {"providers": vllm("url", None)}, "provide a URL"),
    "vllm 1.5.0": (
        "1.5.0",
        {"providers": vllm("base_url", None), "server": OPEN},
        "provide a URL",
    ),
    "logging 0.3.0": (
        "0.3.0",
        {"providers": vllm("url", NOWHERE), "logging_config": LOGGING},
        "expected str, bytes or os.PathLike object",
    ),
    "rules 1.5.0": (
        "1.5.0",
        {"providers": VECTORS, "server": {**OPEN, "auth": RULES}},
        "metadata_store is required",
    ),
    "default model of another type 1.5.0": (
        "1.5.0",
        {
            "providers": VECTORS,
            "registered_resources": {"models": [TALKS]},
            "vector_stores": {"default_embedding_model": DEFAULT},
            "server": OPEN,
        },
        "Embedding model 'vllm/talks' not found",
    ),
    "tenants of keys 1.5.0": (
        "1.5.0",
        {
            "providers": vllm("base_url", NOWHERE),
            "server": {**OPEN, "auth": KEYS, "tenancy": {"mode": "multi"}},
        },
        # the command catches the reason and does not print it
        "shutting down gracefully",
    ),
    "empty path 1.5.0": (
        "1.5.0",
        {
            "providers": vllm("base_url", NOWHERE),
            "storage": NO_FILE,
            "server": OPEN,
        },
        "unable to open database file|no such table",
    ),
}
TAKEN: Final = {
    "vllm 0.3.0": ("0.3.0", {"providers": vllm("url", NOWHERE)}),
    "vllm 1.1.3": ("1.1.3", {"providers": vllm("base_url", NOWHERE)}),
    "vllm 1.2.5": (
        "1.2.5",
        {"providers": vllm("base_url", NOWHERE), "server": OPEN},
    ),
    "vllm 1.5.0": (
        "1.5.0",
        {"providers": vllm("base_url", NOWHERE), "server": OPEN},
    ),
    "logging 0.7.3": (
        "0.7.3",
        {"providers": vllm("base_url", NOWHERE), "logging_config": LOGGING},
    ),
}


def write(folder: Path, release: str, sections: dict[str, Any]) -> tuple[Side, bool]:
    """Write a config; return its side, and whether `validate` finds an error in it."""
    path = folder / "run.yaml"
    path.write_text(yaml.safe_dump(config(folder, **sections), sort_keys=False))
    found = validate(path.read_text(), target=release).findings
    is_wrong = any(each.severity == "error" for each in found)
    return Side(release, path, {"HOME": str(folder)}, logins=False), is_wrong


@pytest.mark.parametrize("name", REFUSED)
def test_what_stops_a_start_is_an_error(name: str, tmp_path: Path) -> None:
    release, sections, reason = REFUSED[name]
    side, is_wrong = write(tmp_path, release, sections)
    assert is_wrong
    with (
        pytest.raises(AssertionError, match=reason),
        running(side, tmp_path / "log"),
    ):
        pass


@pytest.mark.parametrize("name", TAKEN)
def test_what_starts_is_no_error(name: str, tmp_path: Path) -> None:
    release, sections = TAKEN[name]
    side, is_wrong = write(tmp_path, release, sections)
    assert not is_wrong
    with running(side, tmp_path / "log"):
        pass
