"""Within 0.1: a dataset says its `purpose` and its `source` (0.1.8, upstream #1573).

`dataset_schema` becomes the purpose that its columns fit, `url` the source. The provider is no longer named: the server
takes `huggingface` for an address of that scheme, else `localfs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    CHECK,
    Change,
    Delete,
    Put,
    StepNote,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.migration.editing.placing import replaced_entry
from stackcfg.paths import Path, value_at
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.document import Node, ParseError
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import remove_entry

DATASETS: Final = "datasets"
OLD: Final = ("dataset_schema", "url", "provider_id", "provider_dataset_id")
PURPOSES: Final = (
    ("chat_completion_input", "eval/messages-answer"),
    ("input_query", "eval/question-answer"),
    ("question", "eval/question-answer"),
    ("messages", "post-training/messages"),
    ("dialog", "post-training/messages"),
)
"""A column of the old schema, and the purpose that it stands for."""


def run(context: StepContext) -> Iterator[Change]:
    """Rewrite each dataset of the old form."""
    listed = value_at(context.data, (DATASETS,))
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        old = isinstance(entry, Mapping) and (
            "dataset_schema" in entry or "url" in entry
        )
        if old and "source" not in entry and "purpose" not in entry:
            yield from _rewritten(context, (DATASETS, index), entry)


def _rewritten(
    context: StepContext, path: Path, entry: Mapping[str, Any]
) -> Iterator[Change]:
    node = context.text.editable_node(path)
    source = _source(context, entry)
    if node is None or source is None:
        yield StepNote(
            ACTION_REQUIRED,
            "this dataset has no 'url': write its 'purpose' and 'source'",
            context.text.offset(path),
        )
        return
    columns = entry.get("dataset_schema")
    found = [
        purpose
        for column, purpose in PURPOSES
        if isinstance(columns, Mapping) and column in columns
    ]
    purpose = found[0] if found else "eval/question-answer"
    yield StepNote(
        CHECK,
        f"this dataset is for '{purpose}': check that its columns fit",
        context.text.offset(path),
    )
    owner = "huggingface" if source.startswith("huggingface") else "localfs"
    if owner not in [
        as_string(value_at(each, ("provider_id",)))
        for each in value_at(context.data, ("providers", "datasetio")) or ()
    ]:
        yield StepNote(
            CHECK,
            f"this dataset asks for a datasetio provider with the id '{owner}'",
            context.text.offset(path),
        )
    yield from (Delete((*path, key)) for key in OLD if key in entry)
    yield Put((*path, "purpose"), purpose)
    yield Put((*path, "source"), {"type": "uri", "uri": source})
    fields = {
        "dataset_schema": Field("purpose", purpose),
        "url": Field("source", (Field("type", "uri"), Field("uri", source))),
    }
    yield from _edits(context, path, node, entry, fields)


def _edits(
    context: StepContext,
    path: Path,
    node: Node,
    entry: Mapping[str, Any],
    fields: dict[str, Field],
) -> Iterator[Change]:
    for key in OLD:
        if key not in entry:
            continue
        place = node.entry(key)
        if place is None:
            raise ParseError(
                f"'{key}' comes from an anchor",
                node.start,
                "write its values out, then migrate",
            )
        index = node.entries.index(place)
        if key in fields:
            yield replaced_entry(context, node, index, fields[key])
        else:
            yield remove_entry(
                context.text.document, context.text.comments, node, index
            )
    yield from (
        added(context, path, field) for key, field in fields.items() if key not in entry
    )


def _source(context: StepContext, entry: Mapping[str, Any]) -> str | None:
    """The address of a dataset: what the Hugging Face provider loaded by its metadata is in the address now."""
    metadata = entry.get("metadata")
    name = metadata.get("path") if isinstance(metadata, Mapping) else None
    if (
        isinstance(metadata, Mapping)
        and isinstance(name, str)
        and name
        and _is_hugging_face(context, entry)
    ):
        from urllib.parse import quote  # few files have such a dataset

        given = {
            str(key): as_string(value)
            for key, value in metadata.items()
            if key != "path" and value is not None
        }
        ordered = sorted(given.items(), key=lambda item: item[0] != "split")
        query = "&".join(
            f"{key}={quote(value, safe='/${}.:=+')}" for key, value in ordered
        )
        return f"huggingface://datasets/{name}{'?' if query else ''}{query}"
    url = entry.get("url")
    address = url.get("uri") if isinstance(url, Mapping) else url
    return address if isinstance(address, str) and address else None


def _is_hugging_face(context: StepContext, entry: Mapping[str, Any]) -> bool:
    """Whether the Hugging Face provider served a dataset: named, or the first of the API."""
    found = value_at(context.data, ("providers", "datasetio"))
    owners = (
        [each for each in found if isinstance(each, Mapping)]
        if isinstance(found, list)
        else []
    )
    name = entry.get("provider_id")
    served = [
        each for each in owners if name is None or each.get("provider_id") == name
    ]
    return bool(served) and served[0].get("provider_type") == "remote::huggingface"
