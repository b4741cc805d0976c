"""Batches in every state: most of them pass while a request waits, so they are written by the store of the release."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Final

import yaml

from tests.conformance.releases import required, serving
from tests.conformance.upgrade.running import Side
from tests.support.running import environment

SCRIPT: Final = Path(__file__).parents[1] / "kv_store_script.py"
STATES: Final = {
    "validating": (),
    "failed": ("failed_at",),
    "in_progress": ("in_progress_at",),
    "finalizing": ("in_progress_at", "finalizing_at"),
    "completed": ("in_progress_at", "finalizing_at", "completed_at"),
    "expired": ("in_progress_at", "expires_at", "expired_at"),
    "cancelling": ("in_progress_at", "cancelling_at"),
    "cancelled": ("in_progress_at", "cancelling_at", "cancelled_at"),
}
"""The states of a batch, and the times that each one has."""

TIME: Final = 1750000000
FIELDS: Final = ("db_path", "host", "port", "db", "user", "password", "table_name")


def batch(number: int, state: str) -> dict[str, Any]:
    """Return a batch in a state."""
    times = {name: TIME + 10 + index for index, name in enumerate(STATES[state])}
    error = {"code": "invalid_json", "line": 1, "message": "100 %: 世界", "param": None}
    errors = None
    if state == "failed":
        errors = {"data": [error], "object": "list"}
    return {
        "id": f"batch_{number:016x}",
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "created_at": TIME + number,
        "input_file_id": "file-größe:50%",
        "status": state,
        "metadata": {"state": state, "größe": "50 %"},
        "request_counts": {"completed": number, "failed": 1, "total": number + 1},
        "errors": errors,
        **times,
    }


def batch_store(side: Side) -> dict[str, Any]:
    """Return the KV store of batches: its type, its fields and its namespace."""
    text = re.sub(
        r"\$\{env\.(\w+)[^}]*\}",
        lambda match: side.variables[match[1]],
        side.config.read_text(),
    )
    data = yaml.safe_load(text)
    found: dict[str, Any] = data["providers"]["batches"][0]["config"]["kvstore"]
    if "backend" in found:
        found = {**data["storage"]["backends"][found["backend"]], **found}
    return found


def add_batches(side: Side) -> None:
    """Write a batch in each state; the server must not run."""
    store = batch_store(side)
    batches = [batch(number, state) for number, state in enumerate(STATES)]
    asked = {
        "engine": store["type"].removeprefix("kv_"),
        "fields": {name: store[name] for name in FIELDS if name in store},
        "namespace": store.get("namespace"),
        "set": [[f"batch:{each['id']}", json.dumps(each), None] for each in batches],
        "get": [f"batch:{each['id']}" for each in batches],
    }
    done = subprocess.run(
        [str(required(side.release, serving)), str(SCRIPT)],
        input=json.dumps([asked]),
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [answer] = json.loads(done.stdout.splitlines()[-1])
    assert len(answer["get"]) == len(STATES)
