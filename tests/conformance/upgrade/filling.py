"""What each user of a service makes: one function for each kind of objects.

What is made depends on the number of the user alone. Some users are special: every tenth one registers resources whose
ids have `:`, `%` and letters beyond ASCII, and the first one keeps what is large.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from tests.conformance.releases import numbers
from tests.conformance.upgrade.api import Api, in_path
from tests.conformance.upgrade.model_server import DIMENSION, EMBEDDING
from tests.conformance.upgrade.running import Running

LARGE: Final = 10 * 2**20
WAIT_SECONDS: Final = 60
METHOD_NOT_ALLOWED: Final = 405
PROMPTS_LISTED_SINCE: Final = (1, 0)
"""From 0.3 on until then, a server with prompts on PostgreSQL under a namespace finds no version of a prompt, and changes none."""

CONVERSATIONS_SINCE: Final = (0, 3)
AGENTS_BEFORE: Final = (0, 4)
VECTOR_DBS_BEFORE: Final = (0, 3)

WORDS: Final = ("island", "ocean", "mountain", "river", "Straße", "世界", "naïve", "🦙")
FILES: Final = (
    ("Übung: 50 %.txt", "The island of Zanzibar is in the ocean.\nStraße 世界"),
    ("100%: a'b & c=d.md", "# A mountain\n\nA river runs from the mountain."),
    ("Überblick – 世界 🦙.txt", "A name that no header of HTTP can have."),
    ("empty.txt", ""),
)
WEATHER: Final = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
    "required": ["city"],
}


@dataclass
class Made:
    """What a user made, as far as no list has it, or no list of every release."""

    user: int
    files: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    responses: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    agents: list[tuple[str, str]] = field(default_factory=list)


class Filling:
    """One user at work: the server, and the models by the names that it knows."""

    def __init__(self, server: Running, user: int, models: dict[str, str]) -> None:
        self.api: Api = server.api(user)
        self.release = numbers(server.side.release)
        self.chat = models["llm"]
        self.embedding = models["embedding"]
        self.user = user
        self.special = user % 10 == 0
        self.made = Made(user)


def known_models(server: Running) -> dict[str, str]:
    """Return the names of a chat model and of an embedding model."""
    found = {}
    for model in server.api(0).get("/v1/models").data["data"]:
        metadata = model.get("custom_metadata") or model
        name = model.get("identifier") or model["id"]
        found.setdefault(metadata.get("model_type"), name)
    return found


def fill(server: Running, users: Iterable[int]) -> list[Made]:
    """Let each user make everything."""
    models = known_models(server)
    made = []
    for user in users:
        filling = Filling(server, user, models)
        for part in PARTS:
            part(filling)
        made.append(filling.made)
    return made


def make_files(filling: Filling) -> None:
    """Upload files: names beyond ASCII, one of size 0, one of bytes that are no text; the first user a large one."""
    for name, text in FILES:
        content = text.replace("river", f"river {filling.user}").encode()
        add_file(filling, name, content, "assistants")
    add_file(filling, "bytes.bin", bytes(range(256)) * 4, "assistants")
    if filling.user == 0:
        add_file(filling, "large.bin", bytes(range(256)) * (LARGE // 256), "assistants")


def add_file(filling: Filling, name: str, content: bytes, purpose: str) -> str:
    """Upload a file."""
    made: str = filling.api.upload(name, content, purpose)["id"]
    filling.made.files.append(made)
    return made


def make_prompts(filling: Filling) -> None:
    """Make a prompt of one version, and one of three, of which the second is the default."""
    text = "Grüße {{ name }}: 100 % of {{ place }} 世界"
    data = {"prompt": text, "variables": ["name", "place"]}
    filling.made.prompts.append(filling.api.made("/v1/prompts", data)["prompt_id"])
    data["prompt"] = f"{text} 1"
    name = filling.api.made("/v1/prompts", data)["prompt_id"]
    filling.made.prompts.append(name)
    path = f"/v1/prompts/{name}"
    answer = filling.api.get(f"{path}/versions")
    if not answer.ok and filling.release < PROMPTS_LISTED_SINCE:
        return
    for version in (1, 2):
        new = {**data, "prompt": f"{text} {version + 1}", "version": version}
        change(filling, path, {**new, "set_as_default": version == 1})
    change(filling, f"{path}/set-default-version", {"version": 2})


def change(filling: Filling, path: str, data: Any) -> None:
    """Change something; old releases make a POST of every PUT (0.2.23, `core/server/routes.py`)."""
    answer = filling.api.ask("PUT", path, data)
    if answer.status == METHOD_NOT_ALLOWED:
        answer = filling.api.post(path, data)
    assert answer.ok, (path, answer)


def make_vector_stores(filling: Filling) -> None:
    """Make a store on each provider in turn, and attach files, with attributes to filter by."""
    provider = ("faiss", "sqlite-vec")[filling.user % 2]
    data = {
        "name": f"Büro {filling.user}: 50 %",
        "provider_id": provider,
        "embedding_model": filling.embedding,
        "embedding_dimension": DIMENSION,
        "metadata": {"owner": f"user {filling.user}", "größe": "50 %"},
    }
    store = filling.api.made("vector_stores", data)["id"]
    filling.made.stores.append(store)
    for index, file in enumerate(filling.made.files[:2]):
        attributes = {
            "lang": ("de", "en")[index],
            "number": filling.user,
            "new": index == 0,
        }
        attach(filling, store, {"file_id": file, "attributes": attributes})
    # a name beyond Latin-1 fails in 0.2.23, and a failure is kept as well
    attach(filling, store, {"file_id": filling.made.files[2]}, ("completed", "failed"))
    words = " ".join(f"{one} {other}" for one, other in product(WORDS, WORDS))
    file = add_file(filling, "long.txt", (words * 20).encode(), "assistants")
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 10}
    chunking = {"type": "static", "static": static}
    attach(filling, store, {"file_id": file, "chunking_strategy": chunking})


def attach(
    filling: Filling, store: str, data: Any, ends: tuple[str, ...] = ("completed",)
) -> None:
    """Attach a file to a vector store, and wait until it is in."""
    path = f"vector_stores/{store}/files"
    found = filling.api.made(path, data)
    until = time.monotonic() + WAIT_SECONDS
    while found["status"] == "in_progress" and time.monotonic() < until:
        time.sleep(0.1)
        found = filling.api.get(f"{path}/{found['id']}").data
    assert found["status"] in ends, found


def make_resources(filling: Filling) -> None:
    """Register resources, under ids that are hard to write; no later release can do all of this."""
    if not filling.special or filling.release >= VECTOR_DBS_BEFORE:
        return
    name = f"käse:{filling.user} 50% 世界"
    model = {"model_id": name, "provider_model_id": EMBEDDING, "provider_id": "vllm"}
    size = {"embedding_dimension": DIMENSION}
    filling.api.made(
        "/v1/models", {**model, "model_type": "embedding", "metadata": size}
    )
    rows = [{"question": "¿Qué?", "answer": f"{filling.user} %"}]
    source = {"type": "rows", "rows": rows}
    dataset = {"dataset_id": name, "purpose": "eval/question-answer", "source": source}
    filling.api.made("/v1/datasets", {**dataset, "metadata": {"größe": 1}})
    endpoint = {"uri": f"http://127.0.0.1:9/{filling.user}?a=50%25"}
    group = {"toolgroup_id": f"mcp::{name}", "provider_id": "mcp"}
    filling.api.made("/v1/toolgroups", {**group, "mcp_endpoint": endpoint})
    scored = {"dataset_id": name, "scoring_functions": ["basic::equality"]}
    filling.api.made("/v1/eval/benchmarks", {"benchmark_id": name, **scored})
    make_vector_db(filling, name)


def make_vector_db(filling: Filling, name: str) -> None:
    """Make a vector database, and put chunks into it."""
    for provider in ("faiss", "sqlite-vec"):
        own = f"{provider}:{name}"
        data = {"vector_db_id": own, "provider_id": provider}
        model = {"embedding_model": filling.embedding, "embedding_dimension": DIMENSION}
        answer = filling.api.made("/v1/vector-dbs", {**data, **model})
        # 0.2.23 takes the id for a name, and makes an id
        own = answer["identifier"]
        filling.made.stores.append(own)
        chunks = [
            {
                "content": f"A {word} of {own}",
                "metadata": {"document_id": f"d:{n}%", "n": n},
            }
            for n, word in enumerate(WORDS)
        ]
        filling.api.made(
            "/v1/vector-io/insert", {"vector_db_id": own, "chunks": chunks}
        )


def make_chat_completions(filling: Filling) -> None:
    """Ask a model: plainly, for a picture, with a tool, and for a stream."""
    question = {"role": "user", "content": f"Où est {filling.user} % 世界 🦙?"}
    common = {"model": filling.chat}
    filling.api.made("chat/completions", {**common, "messages": [question]})
    filling.api.made(
        "chat/completions", {**common, "messages": [question], "stream": True}
    )
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    parts = [{"type": "text", "text": "What is this?"}, picture]
    seen = {"role": "user", "content": parts}
    filling.api.made(
        "chat/completions", {**common, "messages": [seen], "temperature": 0.5}
    )
    function = {"name": "weather", "description": "Météo", "parameters": WEATHER}
    tools = [{"type": "function", "function": function}]
    answer = filling.api.made(
        "chat/completions", {**common, "messages": [question], "tools": tools}
    )
    message = answer["choices"][0]["message"]
    [call] = message["tool_calls"]
    called = {"role": "assistant", "content": "", "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"°C": 21.5}'}
    messages = [{"role": "system", "content": "Be brief."}, question, called, result]
    filling.api.made(
        "chat/completions", {**common, "messages": messages, "tools": tools}
    )


def make_responses(filling: Filling) -> None:
    """Make a chain: a text, a call of a function, its result, a search in files; the first user sends much."""
    described = {"name": "weather", "description": "Météo", "parameters": WEATHER}
    function = {"type": "function", **described}
    first = respond(
        filling, f"Grüße von {filling.user} % 世界", instructions="Be brief: 100 %."
    )
    called = respond(
        filling,
        "How is the weather?",
        tools=[function],
        previous_response_id=first["id"],
    )
    calls = [each for each in called["output"] if each["type"] == "function_call"]
    assert calls, called
    results = [
        {
            "type": "function_call_output",
            "call_id": each["call_id"],
            "output": "21,5 °C",
        }
        for each in calls
    ]
    last = respond(
        filling, results, tools=[function], previous_response_id=called["id"]
    )
    search = {"type": "file_search", "vector_store_ids": filling.made.stores}
    respond(
        filling, "Where is Zanzibar?", tools=[search], previous_response_id=last["id"]
    )
    parts = [
        {"type": "input_text", "text": "What is this?"},
        {
            "type": "input_image",
            "detail": "low",
            "image_url": "https://example.com/a.png",
        },
    ]
    respond(
        filling,
        [{"type": "message", "role": "user", "content": parts}],
        temperature=0.5,
    )
    if filling.user == 0:
        respond(filling, "large 世界 " * (LARGE // 13))


def respond(filling: Filling, asked: Any, **more: Any) -> Any:
    """Make a response."""
    made = filling.api.made(
        "responses", {"model": filling.chat, "input": asked, "store": True, **more}
    )
    assert made.get("status") == "completed", made
    filling.made.responses.append(made["id"])
    return made


def make_conversations(filling: Filling) -> None:
    """Make a conversation with items, and a response in it."""
    if filling.release < CONVERSATIONS_SINCE:
        return
    parts = [{"type": "input_text", "text": f"Erinnere dich an {filling.user} % 世界"}]
    message = {"type": "message", "role": "user", "content": parts}
    data = {
        "metadata": {"who": f"user:{filling.user}", "größe": "50 %"},
        "items": [message],
    }
    name = filling.api.made("conversations", data)["id"]
    filling.made.conversations.append(name)
    said = [{"type": "output_text", "text": "Ja.", "annotations": []}]
    more = [message, {"type": "message", "role": "assistant", "content": said}]
    filling.api.made(f"conversations/{name}/items", {"items": more})
    respond(filling, "And now?", conversation=name)
    empty = filling.api.made("conversations", {})["id"]
    filling.made.conversations.append(empty)


def make_agents(filling: Filling) -> None:
    """Make an agent with a session and a turn; releases from 0.4 on have none."""
    if filling.release >= AGENTS_BEFORE:
        return
    config: dict[str, Any] = {
        "model": filling.chat,
        "instructions": "Be brief: 100 %.",
        "name": f"Übung {filling.user}",
    }
    config["enable_session_persistence"] = True
    agent = filling.api.made("/v1/agents", {"agent_config": config})["agent_id"]
    path = f"/v1/agents/{agent}/session"
    session = filling.api.made(path, {"session_name": "Sitzung: 世界"})["session_id"]
    turn = {"messages": [{"role": "user", "content": "Hallo"}], "stream": True}
    filling.api.made(f"{path}/{in_path(session)}/turn", turn)
    filling.made.agents.append((agent, session))


def make_batches(filling: Filling) -> None:
    """Make a batch that ends well, and one that fails."""
    body = f'{{"model": "{filling.chat}", "messages": [{{"role": "user", "content": "世界"}}]}}'
    line = f'{{"custom_id": "ü:%", "method": "POST", "url": "/v1/chat/completions", "body": {body}}}\n'
    for content in (line * 1, "no JSON\n"):
        file = add_file(filling, "Stapel 世界.jsonl", content.encode(), "batch")
        data = {
            "input_file_id": file,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        }
        made = filling.api.made("batches", {**data, "metadata": {"größe": "50 %"}})
        until = time.monotonic() + WAIT_SECONDS
        while (
            made["status"] not in ("completed", "failed") and time.monotonic() < until
        ):
            time.sleep(0.05)
            made = filling.api.get(f"batches/{made['id']}").data
        assert made["status"] in ("completed", "failed"), made


PARTS: Final[tuple[Callable[[Filling], None], ...]] = (
    make_files,
    make_prompts,
    make_vector_stores,
    make_resources,
    make_chat_completions,
    make_responses,
    make_conversations,
    make_agents,
    make_batches,
)
