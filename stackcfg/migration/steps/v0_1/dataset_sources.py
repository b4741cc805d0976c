"""Within 0.1: a dataset has a `purpose` and a `source` (0.1.8, upstream
#1573).

`dataset_schema` becomes the purpose that its columns fit, `url` the
source. A dataset no longer names its provider: the server uses
`huggingface` for an address of that scheme, else `localfs`.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, Path, as_mapping, list_at, mapping_at, value_at
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

DATASETS = "datasets"
DATASET_PROVIDERS = ("providers", "datasetio")
OLD_KEYS = ("dataset_schema", "url", "provider_id", "provider_dataset_id")
DEFAULT_PURPOSE = "eval/question-answer"
PURPOSES = (
    ("chat_completion_input", "eval/messages-answer"),
    ("input_query", DEFAULT_PURPOSE),
    ("question", DEFAULT_PURPOSE),
    ("messages", "post-training/messages"),
    ("dialog", "post-training/messages"),
)
"""A column of the old schema, and the purpose that it means."""


def run(context: StepContext) -> Changes:
    """Rewrite each dataset of the old form."""
    for index, entry in enumerate(list_at(context.data, (DATASETS,))):
        if _has_old_form(entry):
            yield from _rewrite_dataset(context, (DATASETS, index), entry)


def _has_old_form(entry: Any) -> bool:
    keys = as_mapping(entry).keys()
    if keys & {"source", "purpose"}:
        return False
    return bool(keys & {"dataset_schema", "url"})


def _rewrite_dataset(context: StepContext, path: Path, entry: Data) -> Changes:
    source = _find_source(context, entry)
    if source is None:
        message = "this dataset has no 'url'; write its 'purpose' and 'source'"
        yield context.action_required(message, path)
        return
    purpose = _find_purpose(mapping_at(entry, ("dataset_schema",)))
    message = f"this dataset is for '{purpose}'; check that its columns fit"
    yield context.check(message, path)
    yield from _owner_note(context, path, source)
    fields = {
        "dataset_schema": Field("purpose", purpose),
        "url": Field("source", (Field("type", "uri"), Field("uri", source))),
    }
    missing = [field for key, field in fields.items() if key not in entry]
    for key in OLD_KEYS:
        if key not in entry:
            continue
        if key in fields:
            yield from context.text.replace((*path, key), fields[key])
        else:
            yield from context.text.remove((*path, key), comments_move=True)
    if missing:
        yield from context.text.merge(path, missing)


def _owner_note(context: StepContext, path: Path, source: str) -> Notes:
    """Report that the provider is missing which serves this kind of address."""
    owner = "localfs"
    if source.startswith("huggingface"):
        owner = "huggingface"
    providers = list_at(context.data, DATASET_PROVIDERS)
    if owner not in [value_at(each, ("provider_id",)) for each in providers]:
        message = f"this dataset needs a datasetio provider with the id '{owner}'"
        yield context.check(message, path)


def _find_purpose(columns: Data) -> str:
    for column, purpose in PURPOSES:
        if column in columns:
            return purpose
    return DEFAULT_PURPOSE


def _find_source(context: StepContext, entry: Data) -> str | None:
    """Return the address of a dataset; for Hugging Face made from its
    metadata.
    """
    metadata = mapping_at(entry, ("metadata",))
    name = metadata.get("path")
    if isinstance(name, str) and name and _is_hugging_face(context, entry):
        return f"huggingface://datasets/{name}{_query_of(metadata)}"
    address = entry.get("url")
    if isinstance(address, Mapping):
        address = address.get("uri")
    if isinstance(address, str) and address:
        return address
    return None


def _query_of(metadata: Data) -> str:
    from urllib.parse import quote  # few files have such a dataset

    parts = []
    # upstream's own addresses begin with the split
    for key in sorted(metadata, key=lambda key: key != "split"):
        value = metadata[key]
        if key != "path" and value is not None:
            parts.append(f"{key}={quote(as_string(value), safe='/${}.:=+')}")
    if parts:
        return "?" + "&".join(parts)
    return ""


def _is_hugging_face(context: StepContext, entry: Data) -> bool:
    """Return whether the Hugging Face provider served a dataset.

    That is the provider which the dataset names, else the first of the
    API.
    """
    name = entry.get("provider_id")
    for provider in list_at(context.data, DATASET_PROVIDERS):
        if not isinstance(provider, Mapping):
            continue
        if name is None or provider.get("provider_id") == name:
            return bool(provider.get("provider_type") == "remote::huggingface")
    return False
