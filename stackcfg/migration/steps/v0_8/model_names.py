"""0.7 → ogx 0.8: the served name of a registered model ends in its `model_id`
(0.8.0).

Before, it ended in its `provider_model_id`. The server puts the provider's id
before it: `vllm/meta-llama/Llama-3` of 0.3 to 0.7 is `vllm/llama` in 0.8 where
`model_id` is `llama`. A default model with the old name is not found, and the
server exits at start. Source: `register_model` of 0.3.0, 0.7.3 and ogx 0.8.0.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, list_at, mapping_at
from stackcfg.releases.changes import CATALOG_SINCE, MODELS_RENAMED_SINCE
from stackcfg.releases.resources import (
    DEFAULT_MODELS,
    MODELS,
    model_type_of,
    served_model_id,
)
from stackcfg.runconfig.placeholders import remove_conditions
from stackcfg.runconfig.providers import is_disabled


class _RenamedModel(NamedTuple):
    """A registered model whose served name changes."""

    path: Path
    provider: str
    model_type: str
    old: str
    new: str


def run(context: StepContext) -> Changes:
    """Report the names that clients must change, and rename default models."""
    models = list(_find_renamed_models(context))
    for model in models:
        provider = remove_conditions(model.provider)
        message = (
            f"model '{provider}/{model.old}' is called "
            f"'{provider}/{model.new}' now; "
            f"change the clients that name it, write '{model.old}' as its "
            "'model_id', "
            "or run 'stackcfg data copy', which keeps the old name"
        )
        yield context.check(message, (*model.path, "model_id"))
    for path, model_type in DEFAULT_MODELS.items():
        default = mapping_at(context.data, path)
        names = (default.get("provider_id"), model_type, default.get("model_id"))
        for model in models:
            if names == (model.provider, model.model_type, model.old):
                yield from context.text.set((*path, "model_id"), model.new)
                break


def _find_renamed_models(context: StepContext) -> Iterator[_RenamedModel]:
    entries = list_at(context.data, MODELS)
    registered = [each for each in entries if isinstance(each, Mapping)]
    taken = {(each.get("provider_id"), each.get("model_id")) for each in registered}
    for index, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or is_disabled(entry):
            continue
        provider: Any = entry["provider_id"]
        old = served_model_id(entry, CATALOG_SINCE)
        new = served_model_id(entry, MODELS_RENAMED_SINCE)
        if old == new or (provider, old) in taken:
            continue
        if all(map(_is_name, (provider, old, new))):
            path = (*MODELS, index)
            yield _RenamedModel(path, provider, model_type_of(entry), old, new)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
