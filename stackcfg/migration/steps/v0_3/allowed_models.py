"""0.3: providers of inference read `allowed_models` (0.3.3).

Until 0.3.2 they listed and served every model that their service has, but for
remote::fireworks and remote::together until 0.2.24. Since 0.3.3 a model that the
list leaves out is not listed any more, and requests for it fail; one that the
config registers keeps some releases from starting. An empty list left out nothing,
and leaves out everything now. Source: `openai_mixin.py` of 0.3.2 and 0.3.3.

A written list stays: it says what the author meant. An empty one is
removed.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import Changes, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, Path, as_mapping, list_at, mapping_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.resources import (
    ALLOWED_MODELS,
    MODELS,
    SERVED,
    is_allowed_model,
    outside_allowed_models,
)
from stackcfg.releases.stores import LAST_INLINE
from stackcfg.runconfig.values import as_string

API = "inference"


def run(context: StepContext) -> Changes:
    """Remove empty lists, and report which models are not served any more."""
    for path, provider in context.all_providers_of(API):
        kind = as_string(provider.get("provider_type"))
        config = mapping_at(provider, ("config",))
        place = (*path, "config", ALLOWED_MODELS)
        if outside_allowed_models(kind, context.release.final) == SERVED:
            continue
        if config.get(ALLOWED_MODELS) == []:
            yield from context.text.remove(place)
            yield context.info(
                f"an empty '{ALLOWED_MODELS}' allows no model since 0.3.3, and "
                "allowed every model before; removed",
                path,
            )
        elif list_at(config, (ALLOWED_MODELS,)):
            yield from _describe(context, place, provider)


def _describe(context: StepContext, place: Path, provider: Data) -> Iterator[StepNote]:
    """Report registered models that a list leaves out; else that it is read."""
    name = as_string(provider.get("provider_id"))
    outside = list(_left_out(context, provider))
    if outside:
        yield context.action_required(
            f"'{ALLOWED_MODELS}' of '{name}' is read since 0.3.3 and leaves out "
            f"registered models: {', '.join(outside)}; the new server does not serve "
            f"them; add them to '{ALLOWED_MODELS}'",
            place,
        )
    elif not _was_read(context, provider):
        yield context.check(
            f"'{ALLOWED_MODELS}' of '{name}' is read since 0.3.3: the new server serves "
            "only these models, the old one all of the service; remove it to keep that",
            place,
        )


def _left_out(context: StepContext, provider: Data) -> Iterator[str]:
    """Yield the names of registered models that a provider may not serve."""
    kind = as_string(provider.get("provider_type"))
    allowed = list_at(provider, ("config", ALLOWED_MODELS))
    # what only the environment knows can be any model
    if any(context.is_unknown(as_string(each)) for each in allowed):
        return
    for entry in list_at(context.data, MODELS):
        model = as_mapping(entry)
        name = model.get("provider_model_id") or model.get("model_id")
        if model.get("provider_id") != provider.get("provider_id"):
            continue
        if not isinstance(name, str) or context.is_unknown(name):
            continue
        if not is_allowed_model(kind, name, allowed):
            yield name


def _was_read(context: StepContext, provider: Data) -> bool:
    """Return whether the old release listed only the allowed models."""
    if not context.release.age.certainly_before(CATALOG_SINCE):
        return False
    kind = as_string(provider.get("provider_type"))
    return outside_allowed_models(kind, LAST_INLINE) != SERVED
