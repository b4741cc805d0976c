"""What a server says of everything that its users made: in lists, one by one, as bytes, and in searches.

Each answer has a place: kind, view, user, id. A server that has no such API any more answers `GONE`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

from tests.conformance.releases import numbers
from tests.conformance.upgrade.api import (
    LARGE_PAGE,
    SMALL_PAGE,
    Answer,
    Api,
    ListError,
    in_path,
)
from tests.conformance.upgrade.filling import Made, known_models
from tests.conformance.upgrade.model_server import Models
from tests.conformance.upgrade.running import Running

QUESTIONS: Final = ("island of Zanzibar", "世界 🦙", "a mountain and a river")
FILTERS: Final = (
    {"type": "eq", "key": "lang", "value": "de"},
    {"type": "ne", "key": "new", "value": True},
    {
        "type": "and",
        "filters": [
            {"type": "gte", "key": "number", "value": 0},
            {"type": "eq", "key": "lang", "value": "en"},
        ],
    },
    {"type": "eq", "key": "lang", "value": "fr"},
)
QUERIED_BY_STORE_SINCE: Final = (0, 4)
"""Before, a vector store is called `vector_db_id` in a query."""

RESOURCES: Final = {
    "tool group": ("/v1/toolgroups",),
    "dataset": ("/v1/datasets", "/v1beta/datasets"),
    "benchmark": ("/v1/eval/benchmarks", "/v1alpha/eval/benchmarks"),
}
"""The paths of registered resources; since 0.4.0 some are in APIs that are not final."""

GONE: Final = "the release has no such API"
INCLUDED: Final = ("message.input_image.image_url", "message.output_text.logprobs")
INCLUDED_SINCE: Final = (1, 0)
"""From this release on input items have these fields only if they are asked for (`responses_store.py`)."""

SMALL_PAGES_SINCE: Final = (1, 5)
"""Before, a page skips what was made in the second of the last object of the page before it."""

ROUTE_MISSING: Final = (404, 405)
WORDS_OF_MISSING: Final = ("Not Found", "Method Not Allowed")


class Place(NamedTuple):
    """Where an answer belongs: what it is about, how it was asked for, by whom, and the id."""

    kind: str
    view: str
    user: int
    name: str


READERS: Final = 2
"""So many users read one by one what more users see, such as batches. In their lists, each of them sees it."""

Answers = dict[Place, Any]
Found = Iterator[tuple[str, str, str, Any]]


class Reading:
    """One user who asks for everything; `seen` counts who asked for it before."""

    def __init__(self, server: Running, made: Made, seen: Counter[Hashable]) -> None:
        self.api: Api = server.api(made.user)
        self.made = made
        self.release = numbers(server.side.release)
        self.seen = seen

    def is_needed(self, *what: Hashable) -> bool:
        """Return whether this user asks for something that others have asked for."""
        self.seen[what] += 1
        return self.seen[what] <= READERS


def read(server: Running, made: Iterable[Made]) -> Answers:
    """Ask for everything, as each user."""
    found: Answers = {}
    seen: Counter[Hashable] = Counter()
    for each in made:
        reading = Reading(server, each, seen)
        for part in PARTS:
            for kind, view, name, answer in part(reading):
                found[Place(kind, view, each.user, name)] = answer
    return found


def data_of(answer: Answer) -> Any:
    """Return what a server said, or how it refused."""
    if answer.ok:
        return answer.data
    if is_gone(answer):
        return GONE
    return {"refused": answer.status, "words": answer.data}


def is_gone(answer: Answer) -> bool:
    """Return whether the server has no such path."""
    if answer.status not in ROUTE_MISSING:
        return False
    words = answer.data
    if isinstance(words, dict):
        words = words.get("detail") or words.get("error")
    if isinstance(words, dict):
        words = words.get("message") or words.get("detail")
    return any(str(words).startswith(each) for each in WORDS_OF_MISSING)


def read_pages(reading: Reading, kind: str, path: str, **query: Any) -> Found:
    """Read a list in large pages and in small ones: each object, and the order."""
    try:
        listed = list(reading.api.pages(path, LARGE_PAGE, **query))
        names = [each["id"] for each in listed]
        small = names
        if reading.is_needed("pages", path, *names):
            pages = reading.api.pages(path, SMALL_PAGE, **query)
            small = [each["id"] for each in pages]
    except ListError as error:
        yield kind, "list", path, data_of(error.answer)
        return
    yield kind, "order", path, in_order(listed)
    if reading.release >= SMALL_PAGES_SINCE:
        missing = Counter(names)
        missing.subtract(small)
        yield kind, "missing in small pages", path, sorted(missing.elements())
    for each in listed:
        yield kind, "list", each["id"], each


def in_order(listed: list[Any]) -> list[list[str]]:
    """Return the ids of a list by the second of their making; no release orders those of one second.

    Items of a conversation say no time, and are in one order.
    """
    if listed and listed[0].get("created_at") is None and "created" not in listed[0]:
        return [[each["id"]] for each in listed]
    seconds = groupby(
        listed, key=lambda each: each.get("created_at") or each.get("created")
    )
    return [sorted(each["id"] for each in group) for _, group in seconds]


def read_whole_list(reading: Reading, kind: str, path: str, key: str) -> Found:
    """Read a list that has no pages; old releases have it in no order."""
    answer = reading.api.get(path)
    if not answer.ok:
        yield kind, "list", path, data_of(answer)
        return
    for each in answer.data["data"]:
        yield kind, "list", each[key], each


def read_each(reading: Reading, kind: str, path: str, names: Iterable[str]) -> Found:
    """Read objects one by one."""
    for name in names:
        if not reading.is_needed("get", path, name):
            continue
        answer = reading.api.get(path.format(in_path(name)))
        yield kind, "get", name, data_of(answer)


def names_of(found: Iterable[tuple[str, str, str, Any]]) -> list[str]:
    """Return the ids in a list that was read."""
    return [
        name
        for _, view, name, data in found
        if view == "list" and isinstance(data, dict) and "refused" not in data
    ]


def read_files(reading: Reading) -> Found:
    """Read files, and their bytes."""
    yield from read_pages(reading, "file", "files")
    yield from read_each(reading, "file", "files/{}", reading.made.files)
    for name in reading.made.files:
        status, content = reading.api.content(f"files/{name}/content")
        found: Any = {"refused": status}
        if status == 200:
            digest = hashlib.sha256(content).hexdigest()
            found = {"bytes": len(content), "sha256": digest}
        yield "file", "content", name, found


def read_prompts(reading: Reading) -> Found:
    """Read prompts, and each of their versions."""
    yield from read_whole_list(reading, "prompt", "/v1/prompts", "prompt_id")
    yield from read_each(reading, "prompt", "/v1/prompts/{}", reading.made.prompts)
    for name in reading.made.prompts:
        path = f"/v1/prompts/{name}"
        answer = data_of(reading.api.get(f"{path}/versions"))
        versions = {str(each["version"]): each for each in answer.get("data", ())}
        yield "prompt", "versions", name, versions or answer
        for version in versions:
            one = reading.api.get(path, version=version)
            yield "prompt", "get", f"{name} version {version}", data_of(one)


def read_vector_stores(reading: Reading) -> Found:
    """Read vector stores, their files, the texts of these, and what searches find."""
    yield from read_pages(reading, "vector store", "vector_stores")
    stores = reading.made.stores
    yield from read_each(reading, "vector store", "vector_stores/{}", stores)
    for store in stores:
        path = f"vector_stores/{store}"
        files = list(read_pages(reading, "vector store file", f"{path}/files"))
        names = names_of(files)
        for kind, view, name, data in files:
            yield kind, view, f"{store} {name}", data
        for name in names:
            answer = reading.api.get(f"{path}/files/{name}")
            yield "vector store file", "get", f"{store} {name}", data_of(answer)
            answer = reading.api.get(f"{path}/files/{name}/content")
            yield "vector store file", "content", f"{store} {name}", texts_of(answer)
        yield from search(reading, store)


def texts_of(answer: Answer) -> Any:
    """Return the texts of a file in a vector store: `content` until 0.3, a page of `data` since 0.4."""
    data = data_of(answer)
    if not answer.ok:
        return data
    return [each["text"] for each in data.get("data", data.get("content"))]


def search(reading: Reading, store: str) -> Found:
    """Search with each question and each filter."""
    path = f"vector_stores/{store}/search"
    for question in QUESTIONS:
        asked = {"query": question, "max_num_results": 10}
        yield (
            "vector store",
            "search",
            f"{store} {question}",
            data_of(reading.api.post(path, asked)),
        )
    for number, filters in enumerate(FILTERS):
        asked = {"query": QUESTIONS[0], "max_num_results": 10, "filters": filters}
        answer = reading.api.post(path, asked)
        yield "vector store", "filtered search", f"{store} {number}", data_of(answer)
    key = "vector_store_id"
    if reading.release < QUERIED_BY_STORE_SINCE:
        key = "vector_db_id"
    answer = reading.api.post(
        "/v1/vector-io/query", {key: store, "query": QUESTIONS[0]}
    )
    yield "vector store", "query", store, data_of(answer)


def read_models(reading: Reading) -> Found:
    """Read the models that were registered; since 0.3 a provider lists its own as well."""
    listed = reading.api.get("/v1/models").data["data"]
    for model in map(model_of, listed):
        name = model["name"]
        yield "model", "list", name, model
        if not reading.is_needed("get", "model", name):
            continue
        answer = reading.api.get(f"/v1/models/{in_path(name)}")
        yield "model", "get", name, model_of(answer.data)


def model_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a client learns of a model, which 0.4.0 and later write in the form of OpenAI, beside their own."""
    further = dict(data.get("custom_metadata") or {})
    known = {**further, **data}
    own = ("model_type", "provider_id", "provider_resource_id")
    metadata = data.get("metadata")
    if metadata is None:
        metadata = {key: value for key, value in further.items() if key not in own}
    name = data.get("identifier") or data["id"]
    return {"name": name, **{key: known.get(key) for key in own}, "metadata": metadata}


def read_resources(reading: Reading) -> Found:
    """Read what is registered, in lists and one by one."""
    yield from read_models(reading)
    for kind, paths in RESOURCES.items():
        path = next(
            (each for each in paths if not is_gone(reading.api.get(each))), paths[0]
        )
        listed = list(read_whole_list(reading, kind, path, "identifier"))
        yield from listed
        yield from read_each(reading, kind, f"{path}/{{}}", names_of(listed))


def read_chat_completions(reading: Reading) -> Found:
    """Read chat completions."""
    listed = list(read_pages(reading, "chat completion", "chat/completions"))
    yield from listed
    yield from read_each(
        reading, "chat completion", "chat/completions/{}", names_of(listed)
    )


def read_responses(reading: Reading) -> Found:
    """Read responses, and what they were given."""
    yield from read_pages(reading, "response", "responses")
    yield from read_each(reading, "response", "responses/{}", reading.made.responses)
    include = {}
    if reading.release >= INCLUDED_SINCE:
        include = {"include": INCLUDED}
    for name in reading.made.responses:
        answer = reading.api.get(f"responses/{name}/input_items", **include)
        yield "response", "input items", name, data_of(answer)


def read_conversations(reading: Reading) -> Found:
    """Read conversations, and each of their items."""
    names = reading.made.conversations
    yield from read_each(reading, "conversation", "conversations/{}", names)
    for name in names:
        path = f"conversations/{name}/items"
        items = list(read_pages(reading, "conversation item", path, order="asc"))
        for kind, view, item, data in items:
            yield kind, view, f"{name} {item}", data
        for item in names_of(items):
            answer = reading.api.get(f"{path}/{item}")
            yield "conversation item", "get", f"{name} {item}", data_of(answer)


def read_agents(reading: Reading) -> Found:
    """Read agents, and their sessions with turns."""
    for agent, session in reading.made.agents:
        path = f"/v1/agents/{agent}"
        yield "agent", "get", agent, data_of(reading.api.get(path))
        answer = reading.api.get(f"{path}/session/{session}")
        yield "agent session", "get", session, data_of(answer)


def read_batches(reading: Reading) -> Found:
    """Read batches, in any state."""
    listed = list(read_pages(reading, "batch", "batches"))
    yield from listed
    yield from read_each(reading, "batch", "batches/{}", names_of(listed))


PARTS: Final[tuple[Callable[[Reading], Found], ...]] = (
    read_files,
    read_prompts,
    read_vector_stores,
    read_resources,
    read_chat_completions,
    read_responses,
    read_conversations,
    read_agents,
    read_batches,
)


def continue_chains(server: Running, made: Iterable[Made], models: Models) -> Answers:
    """Go on with the last response of each user; return what the model was told of it.

    This stores new rows, so it comes after everything was read.
    """
    chat = known_models(server)["llm"]
    found: Answers = {}
    for each in made:
        for name in each.responses:
            asked = {
                "model": chat,
                "input": "Go on.",
                "previous_response_id": name,
                "store": False,
            }
            answer = server.api(each.user).post("responses", asked)
            told = models.last_messages
            if not answer.ok:
                told = [data_of(answer)]
            found[Place("response", "continued", each.user, name)] = told
    return found
