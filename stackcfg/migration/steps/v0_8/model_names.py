"""0.7 → ogx 0.8: a registered model is called by its `model_id` (0.8.0), and by its `provider_model_id` before.

The server puts the provider's id before it: what 0.3 to 0.7 serve as `vllm/meta-llama/Llama-3` is `vllm/llama` to 0.8
where `model_id` is `llama`. A default model that goes by the old name is not found, and the server stops.
Source: `register_model` of 0.3.0, 0.7.3 and ogx 0.8.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import rewritten
from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import CATALOG_SINCE, MODELS_RENAMED_SINCE
from stackcfg.releases.resources import (
    DEFAULT_MODELS,
    MODELS,
    model_type_of,
    served_model_id,
)
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.runconfig.providers import is_disabled


class _Renamed(NamedTuple):
    """A model with two names: where it stands, its provider, its kind, what it was called and is called now."""

    path: Path
    provider: str
    kind: str
    old: str
    new: str


def run(context: StepContext) -> Iterator[Change]:
    """Give default models the new name, and say which names clients must follow."""
    models = list(_models(context))
    for each in models:
        provider = remove_conditions(each.provider)
        message = (
            f"model '{provider}/{each.old}' is called '{provider}/{each.new}' now: clients that name it must follow, "
            f"unless its 'model_id' is '{each.old}', or 'stackcfg data copy' brings the old name along"
        )
        yield StepNote(CHECK, message, context.text.offset((*each.path, "model_id")))
    for path, kind in DEFAULT_MODELS.items():
        default = value_at(context.data, path)
        names = (
            (default.get("provider_id"), kind, default.get("model_id"))
            if isinstance(default, Mapping)
            else ()
        )
        for each in models:
            if names == (each.provider, each.kind, each.old):
                yield from rewritten(context, (*path, "model_id"), each.new)
                break


def _models(context: StepContext) -> Iterator[_Renamed]:
    entries = value_at(context.data, MODELS)
    known = (
        [each for each in entries if isinstance(each, Mapping)]
        if isinstance(entries, list)
        else []
    )
    kept = {(each.get("provider_id"), each.get("model_id")) for each in known}
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(entry, Mapping) or is_disabled(entry):
            continue
        names: list[Any] = [
            entry["provider_id"],
            served_model_id(entry, CATALOG_SINCE),
            served_model_id(entry, MODELS_RENAMED_SINCE),
        ]
        if (
            not all(isinstance(each, str) and each for each in names)
            or names[1] == names[2]
        ):
            continue
        provider, old, new = names
        if (provider, old) not in kept:
            yield _Renamed((*MODELS, index), provider, model_type_of(entry), old, new)
