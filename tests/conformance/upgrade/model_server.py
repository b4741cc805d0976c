"""Models without a model: a server on this machine that answers as an OpenAI-compatible one, the same each time.

It also says who a token is, for servers with a login, and remembers what the models were last asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, Final

CHAT: Final = "stub-chat"
EMBEDDING: Final = "stub-embed"
DIMENSION: Final = 16
USAGE: Final = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
TIME: Final = 1700000000
TEAM: Final = 2


@dataclass
class Models:
    """A running server: its port, and the messages of the last question."""

    port: int
    last_messages: list[Any] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


def vector_of(text: str) -> list[float]:
    """Return the sum of a vector for each word: texts that share words are near each other."""
    found = [0.0] * DIMENSION
    for word in text.casefold().split():
        digest = hashlib.blake2b(word.encode(), digest_size=DIMENSION).digest()
        found = [
            one + byte / 127.5 - 1 for one, byte in zip(found, digest, strict=True)
        ]
    return found


def answer_to(question: dict[str, Any]) -> dict[str, Any]:
    """Return a message: a call of the first tool, if there is one that was not called since the user spoke."""
    messages = question["messages"]
    tools = question.get("tools") or []
    if tools and messages[-1]["role"] == "user":
        function = tools[0]["function"]
        called = {"name": function["name"], "arguments": arguments_of(function)}
        digest = hashlib.sha256(json.dumps(messages).encode()).hexdigest()
        call = {"id": f"call_{digest[:12]}", "type": "function", "function": called}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    digest = hashlib.sha256(json.dumps(messages).encode()).hexdigest()
    text = f"Réponse n° {digest[:8]} à {len(messages)} messages: 100 % 世界"
    return {"role": "assistant", "content": text}


def arguments_of(function: dict[str, Any]) -> str:
    """Return a text for each parameter that a function must have."""
    needed = function.get("parameters", {}).get("required") or ["query"]
    return json.dumps(dict.fromkeys(needed, "island of Zanzibar"))


def chunks_of(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a message in pieces, as a stream has it."""
    calls = [
        {"index": index, **call}
        for index, call in enumerate(message.get("tool_calls", []))
    ]
    if calls:
        yield {
            "delta": {"role": "assistant", "tool_calls": calls},
            "finish_reason": None,
        }
        yield {"delta": {}, "finish_reason": "tool_calls"}
        return
    text = message["content"]
    for piece in (text[:9], text[9:]):
        yield {"delta": {"role": "assistant", "content": piece}, "finish_reason": None}
    yield {"delta": {}, "finish_reason": "stop"}


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """Head and body go out together; apart, each answer waits 40 ms for an acknowledgement."""

    models: Models

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def send(
        self, body: bytes, kind: str = "application/json", code: int = 200
    ) -> None:
        """Write an answer."""
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, data: Any) -> None:
        """Write an answer that is data."""
        self.send(json.dumps(data).encode())

    def do_GET(self) -> None:
        """Answer with the models, or that the server is well."""
        if self.path.rstrip("/").endswith("/models"):
            common = {"object": "model", "created": TIME, "owned_by": "stub"}
            self.send_json(
                {
                    "object": "list",
                    "data": [{"id": n, **common} for n in (CHAT, EMBEDDING)],
                }
            )
        else:
            self.send_json({})

    def do_POST(self) -> None:
        """Answer a question, or say whose token it is."""
        length = int(self.headers.get("Content-Length") or 0)
        asked = json.loads(self.rfile.read(length) or b"{}")
        if self.path.endswith("/login"):
            self.send_json(user_of(asked["api_key"]))
        elif self.path.endswith("/embeddings"):
            self.embed(asked)
        else:
            self.complete(asked)

    def embed(self, asked: dict[str, Any]) -> None:
        """Answer with a vector for each text."""
        texts = asked["input"]
        if isinstance(texts, str):
            texts = [texts]
        data = []
        for index, text in enumerate(texts):
            vector: Any = vector_of(text)
            if asked.get("encoding_format") == "base64":
                packed = struct.pack(f"<{DIMENSION}f", *vector)
                vector = base64.b64encode(packed).decode()
            data.append({"object": "embedding", "index": index, "embedding": vector})
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self.send_json(
            {"object": "list", "model": asked["model"], "data": data, "usage": usage}
        )

    def complete(self, asked: dict[str, Any]) -> None:
        """Answer with a message, whole or in pieces."""
        self.models.last_messages = asked["messages"]
        message = answer_to(asked)
        common = {
            "id": f"chatcmpl-{next(self.models.numbers):06}",
            "created": TIME,
            "model": asked["model"],
        }
        if asked.get("stream"):
            self.stream(common, message)
            return
        reason = "stop"
        if message.get("tool_calls"):
            reason = "tool_calls"
        choice = {"index": 0, "message": message, "finish_reason": reason}
        self.send_json(
            {**common, "object": "chat.completion", "choices": [choice], "usage": USAGE}
        )

    def stream(self, common: dict[str, Any], message: dict[str, Any]) -> None:
        """Write a message in pieces."""
        common = {**common, "object": "chat.completion.chunk"}
        events = [
            {**common, "choices": [{"index": 0, **each}]} for each in chunks_of(message)
        ]
        events.append({**common, "choices": [], "usage": USAGE})
        lines = [f"data: {json.dumps(event)}\n\n" for event in events]
        self.send("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")


def user_of(token: str) -> dict[str, Any]:
    """Return who has a token `token-N`: a principal, and the team whose members see what they make.

    There is no role or project, since from 0.4.0 on one of these is enough to see something.
    """
    number = int(token.rpartition("-")[2])
    attributes = {"teams": [f"team {number // TEAM} 50 %"]}
    return {"principal": f"user:{number}@bücher.example", "attributes": attributes}


@contextmanager
def model_server() -> Iterator[Models]:
    """Run the server for as long as it is needed."""
    handler = type("OwnHandler", (Handler,), {})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.daemon_threads = True
    handler.models = Models(running.server_port)
    thread = Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield handler.models
    finally:
        running.shutdown()
        running.server_close()
        thread.join()
