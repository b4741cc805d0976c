"""Users of one GitHub organization stay apart on the new server, as on the old one: asked of a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
import yaml

from stackcfg.migration.engine import migrate, settings_for
from tests.conformance.upgrade.running import Side, running
from tests.support.catalogs import storage_in

pytestmark = pytest.mark.conformance

OLD: Final = "0.8.0"
NEW: Final = "1.5.0"
ORGANIZATION: Final = [{"login": "acme"}]
OWNER, COLLEAGUE = 1, 2


class GitHub(BaseHTTPRequestHandler):
    """Knows the user of each token; all of them are in one organization."""

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        """Say who has the token, or in which organizations they are."""
        number = int(self.headers["Authorization"].rpartition("-")[2])
        found: Any = {"login": f"user-{number}", "id": number}
        if self.path.startswith("/user/orgs"):
            found = ORGANIZATION
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def github() -> Iterator[str]:
    """Run a server that answers as GitHub, and yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def old_config(folder: Path, address: str) -> dict[str, Any]:
    """Return a config of the old server, whose users log in with tokens of GitHub."""
    metadata = {"backend": "sql_default", "table_name": "files_metadata"}
    uploads = {
        "provider_id": "localfs",
        "provider_type": "inline::localfs",
        "config": {"storage_dir": f"{folder}/uploads", "metadata_store": metadata},
    }
    storage = storage_in(folder)
    storage["stores"]["prompts"] = {"backend": "kv_default", "namespace": "prompts"}
    return {
        "version": 2,
        "distro_name": "demo",
        "apis": ["files"],
        "providers": {"files": [uploads]},
        "storage": storage,
        "server": {
            "port": 8321,
            "auth": {
                "provider_config": {
                    "type": "github_token",
                    "github_api_base_url": address,
                }
            },
        },
    }


def seen_by_a_colleague(folder: Path, text: str) -> list[str]:
    """Return the files of the owner that another user of the organization sees."""
    path = folder / "run.yaml"
    path.write_text(text)
    side = Side(NEW, path, {"HOME": str(folder)}, logins=True)
    with running(side, folder / "log") as server:
        uploaded = server.api(OWNER).upload("plan.txt", b"text", "assistants")
        assert uploaded["filename"] == "plan.txt"
        answer = server.api(COLLEAGUE).get("files")
    assert answer.ok, answer
    return [each["filename"] for each in answer.data["data"]]


@pytest.mark.parametrize("is_shared", [False, True])
def test_who_shares_an_organization_sees_no_more_than_before(
    tmp_path: Path, is_shared: bool
) -> None:
    with github() as address:
        text = yaml.safe_dump(old_config(tmp_path, address), sort_keys=False)
        settings = settings_for(source=OLD, target=NEW)
        config = yaml.safe_load(migrate(text, settings).text)
        provider = config["server"]["auth"]["provider_config"]
        assert "organizations" not in provider["claims_mapping"]
        if is_shared:
            # what the release does by default, without what is written
            del provider["claims_mapping"]
        seen = seen_by_a_colleague(tmp_path, yaml.safe_dump(config, sort_keys=False))
    assert seen == ["plan.txt"] * is_shared
