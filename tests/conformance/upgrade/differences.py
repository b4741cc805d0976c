"""Differences between the answers of two releases that are right, each with its reason in upstream's source.

A field that one release leaves out and the other one has as null holds nothing; such differences are no rows here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

from tests.conformance.releases import numbers
from tests.conformance.upgrade.comparing import ABSENT, Difference, is_refusal
from tests.conformance.upgrade.reading import GONE

Check = Callable[[Any, Any], bool]


def becomes(before: Any, after: Any) -> Check:
    """Return a check that a value was this one and is that one."""
    return lambda old, new: (old, new) == (before, after)


def is_added(value: Any) -> Check:
    """Return a check that a field is new, with this value."""
    return becomes(ABSENT, value)


def is_gone(old: Any, new: Any) -> bool:
    """Return whether only the old server has an answer."""
    return new in (GONE, ABSENT) or (old == ABSENT and new == GONE)


def was_refused(old: Any, new: Any) -> bool:
    """Return whether the old server refused what the new one does."""
    return is_refusal(old) and not is_refusal(new)


def is_found_now(old: Any, new: Any) -> bool:
    """Return whether only the new server finds something."""
    return old == [] and bool(new)


def was_empty(old: Any, new: Any) -> bool:
    """Return whether only the new server knows a value."""
    return old in ("", None, ABSENT) and bool(new)


def is_in_list(old: Any, new: Any) -> bool:
    """Return whether a value is the only one of a list now."""
    return bool(new == [old])


def is_new(old: Any, _new: Any) -> bool:
    """Return whether the old server had nothing."""
    return bool(old == ABSENT)


def is_new_null(old: Any, new: Any) -> bool:
    """Return whether a mapping took the place of null, all of its values null."""
    return old is None and isinstance(new, dict) and not any(new.values())


class Right(NamedTuple):
    """A difference that is right: where it is, since which release, why, and what must be true of it.

    `kind`, `view` and `path` are patterns. It is right for an upgrade over the release `since`.
    """

    kind: str
    view: str
    path: str
    since: str
    why: str
    is_true: Check


RIGHT: Final = (
    # APIs that a release does not have
    Right("agent*", "*", "", "0.4.0", "no API of agents", is_gone),
    Right("tool group", "*", "", "0.7.0", "no API of tool groups (#4997)", is_gone),
    Right("dataset", "*", "", "0.8.0", "no API of datasets", is_gone),
    Right("benchmark", "*", "", "0.8.0", "no API of benchmarks", is_gone),
    *(
        Right(
            kind,
            "get",
            field,
            "0.4.0",
            "an answer has the fields of the API only (`response_model` in `fastapi_routes.py`)",
            is_gone,
        )
        for kind in ("dataset", "benchmark")
        for field in ("owner", "source")
    ),
    # what a server does that older ones did not
    Right(
        "model",
        "*",
        "",
        "0.3.0",
        "providers list their models, as PROVIDER/NAME (`core/routing_tables/models.py`)",
        is_new,
    ),
    Right(
        "file",
        "content",
        "",
        "0.3.0",
        "a name beyond Latin-1 was an error in a header (0.2.23, `inline/files/localfs`)",
        was_refused,
    ),
    Right(
        "prompt",
        "*",
        "is_default",
        "1.0.0",
        "only a list of versions knew the default one (0.2.23, `core/prompts/prompts.py`)",
        becomes(False, True),
    ),
    Right(
        "prompt",
        "*",
        "",
        "1.0.0",
        "from 0.3 to 0.8 those on PostgreSQL under a namespace were in no list (`core/prompts/prompts.py`)",
        lambda old, new: is_new(old, new) or was_refused(old, new),
    ),
    Right(
        "*",
        "missing in small pages",
        "",
        "1.5.0",
        "pages skip nothing that was made in one second (`core/storage/sqlstore`)",
        is_added([]),
    ),
    # fields
    Right(
        "file",
        "*",
        "status",
        "0.8.0",
        "`ogx_api/files/models.py`",
        is_added("processed"),
    ),
    Right(
        "file",
        "*",
        "status_details",
        "0.8.0",
        "`ogx_api/files/models.py`",
        is_added(""),
    ),
    Right(
        "response",
        "*",
        "store",
        "0.5.0",
        "every response that is kept was made with it",
        is_added(True),
    ),
    Right(
        "response",
        "*",
        "text.verbosity",
        "0.8.0",
        "a default (`ogx_api/openai_responses.py`)",
        is_added("medium"),
    ),
    # vectors
    Right(
        "vector store",
        "*search",
        "search_query",
        "0.4.0",
        "`llama_stack_api/vector_io.py`",
        is_in_list,
    ),
    Right(
        "vector store",
        "*search",
        "data.*.file_id",
        "0.3.0",
        "the document of the chunk, where its metadata names no file",
        was_empty,
    ),
    Right(
        "vector store",
        "*search",
        "data",
        "0.3.0",
        "0.2.23 forgets stores in sqlite-vec at each restart (R3)",
        is_found_now,
    ),
    Right(
        "vector store",
        "query",
        "",
        "0.3.0",
        "0.2.23 forgets stores in sqlite-vec at each restart (R3)",
        was_refused,
    ),
    Right(
        "response",
        "continued",
        "",
        "0.3.0",
        "0.2.23 cannot go on after a search in files",
        was_refused,
    ),
    Right(
        "vector store",
        "query",
        "chunks.*.chunk_id",
        "0.4.0",
        "the id was `stored_chunk_id` (R4)",
        was_empty,
    ),
    Right(
        "vector store",
        "query",
        "chunks.*.embedding_*",
        "0.4.0",
        "fields of the chunk (R4)",
        was_empty,
    ),
    Right(
        "vector store",
        "query",
        "chunks.*.chunk_metadata.chunk_embedding_*",
        "0.4.0",
        "fields of the chunk (R4)",
        lambda _old, new: bool(new == ABSENT),
    ),
    Right(
        "vector store",
        "query",
        "chunks.*.chunk_metadata",
        "0.4.0",
        "a chunk must have it (R4)",
        is_new_null,
    ),
)


UNLISTED: Final = ((0, 3), (1, 0))
"""From 0.3 on, and before 1.0, a server with prompts on PostgreSQL under a namespace reads each, and finds none in
a list or by its version: it looks for keys without the namespace (`core/prompts/prompts.py`, `kvstore/postgres`).
"""


def unexplained(
    found: Iterable[Difference], old: str, new: str, engine: str
) -> Iterator[Difference]:
    """Return the differences that no row explains, from one release to another one, whose stores are on an engine."""
    rows = [row for row in RIGHT if numbers(old) < numbers(row.since) <= numbers(new)]
    is_unlisted = engine == "postgres" and UNLISTED[0] <= numbers(new) < UNLISTED[1]
    for each in found:
        if is_null(each) or (is_unlisted and is_listed_prompt(each)):
            continue
        if not any(explains(row, each) for row in rows):
            yield each


def is_listed_prompt(found: Difference) -> bool:
    """Return whether the old server found a prompt in a list, or by its version, and the new one does not."""
    place = found.place
    is_single = place.view == "get" and " version " not in place.name
    return (
        place.kind == "prompt"
        and not is_single
        and (found.new == ABSENT or is_refusal(found.new))
    )


def is_null(found: Difference) -> bool:
    """Return whether one side leaves out a field that the other one has without a value."""
    if found.old == ABSENT:
        return found.new is None
    return found.new == ABSENT and found.old is None


def explains(row: Right, found: Difference) -> bool:
    """Return whether a row is about a difference."""
    place = found.place
    words = ((place.kind, row.kind), (place.view, row.view), (found.path, row.path))
    return all(fnmatchcase(*each) for each in words) and row.is_true(
        found.old, found.new
    )
