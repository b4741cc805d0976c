"""Requests to a server, as one of its users."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.conformance.releases import numbers

SECONDS: Final = 120
SMALL_PAGE: Final = 3
LARGE_PAGE: Final = 100
OPENAI_APART_BEFORE: Final = (0, 3)
"""Before 0.3.0 what OpenAI has too is below `/v1/openai/v1` only."""

LINE: Final = "\r\n"
BOUNDARY: Final = "a-boundary-that-no-file-has"


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    data: Any

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked for."""
        return 200 <= self.status < 300


class Api:
    """One user of a server; the connection stays open."""

    def __init__(self, port: int, release: str, user: int | None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self.openai = "/v1"
        if numbers(release) < OPENAI_APART_BEFORE:
            self.openai = "/v1/openai/v1"
        self.headers = {}
        if user is not None:
            self.headers["Authorization"] = f"Bearer token-{user}"

    def request(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, bytes]:
        """Send a request; a connection that the server closed is opened again once."""
        headers = dict(self.headers)
        if kind:
            headers["Content-Type"] = kind
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.BadStatusLine, ConnectionError):
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        return answer.status, answer.read()

    def ask(self, method: str, path: str, data: Any = None) -> Answer:
        """Send data; a path that does not begin with `/` is one of OpenAI."""
        if not path.startswith("/"):
            path = f"{self.openai}/{path}"
        body = None
        if data is not None:
            body = json.dumps(data).encode()
        status, content = self.request(method, path, body, "application/json")
        try:
            return Answer(status, json.loads(content))
        except ValueError:
            return Answer(status, content.decode("utf-8", "backslashreplace"))

    def get(self, path: str, **query: Any) -> Answer:
        """Ask for something."""
        if query:
            path = f"{path}?{urlencode(query, doseq=True)}"
        return self.ask("GET", path)

    def post(self, path: str, data: Any) -> Answer:
        """Make something, or search."""
        return self.ask("POST", path, data)

    def made(self, path: str, data: Any) -> Any:
        """Make something that the server must be able to make."""
        answer = self.post(path, data)
        assert answer.ok, (path, str(data)[:500], answer.status, answer.data)
        return answer.data

    def content(self, path: str) -> tuple[int, bytes]:
        """Ask for bytes."""
        return self.request("GET", f"{self.openai}/{path}")

    def upload(self, name: str, content: bytes, purpose: str) -> Any:
        """Upload a file."""
        given = name.replace("%", "%25").replace('"', "%22")
        parts = (
            f"--{BOUNDARY}",
            'Content-Disposition: form-data; name="purpose"',
            "",
            purpose,
            f"--{BOUNDARY}",
            f'Content-Disposition: form-data; name="file"; filename="{given}"',
            "Content-Type: application/octet-stream",
            "",
            "",
        )
        body = (
            LINE.join(parts).encode() + content + f"{LINE}--{BOUNDARY}--{LINE}".encode()
        )
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        status, answer = self.request("POST", f"{self.openai}/files", body, kind)
        assert status == 200, (name, status, answer)
        return json.loads(answer)

    def pages(self, path: str, size: int, **query: Any) -> Iterator[Any]:
        """Ask for all pages of a list. Raises `ListError`."""
        after: dict[str, str] = {}
        while True:
            answer = self.get(path, limit=size, **query, **after)
            if not answer.ok:
                raise ListError(answer)
            yield from answer.data["data"]
            if not answer.data.get("has_more"):
                return
            last = answer.data.get("last_id") or answer.data["data"][-1]["id"]
            after = {"after": last}


class ListError(Exception):
    """A server did not list what it was asked for."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def in_path(name: str) -> str:
    """Return an id as part of a path."""
    return quote(name, safe="")
