"""0.2 → 0.3: inline::sentence-transformers lists another model (0.3.0, #3183).

A server registers the models that a provider lists. From 0.2.16 (#2862)
that is all-MiniLM-L6-v2, and from 0.3.0 nomic-embed-text-v1.5. Nothing
names the model in the config, so the new server does not serve it;
vector stores that clients made with it are there, but no query of them
can be embedded.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, as_mapping, list_at
from stackcfg.releases.resources import MODELS, ListedModel, models_listed_until
from stackcfg.releases.stores import LAST_INLINE
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import emit_scalar

API = "inference"
LISTS = (("models",), MODELS)
"""Where registered models are before and after they are moved."""


def run(context: StepContext) -> Changes:
    """Report each model that only the old server lists."""
    for model in models_listed_until(LAST_INLINE):
        if context.release.age.certainly_before(model.since):
            continue
        for path, provider in context.providers_of(API, model.provider_type):
            name = as_string(provider.get("provider_id"))
            if not _is_registered(context.data, name, model.model):
                yield context.check(_describe(name, model), path)


def _is_registered(data: Data, provider: str, model: str) -> bool:
    entries = [as_mapping(each) for path in LISTS for each in list_at(data, path)]
    return any(
        entry.get("provider_id") in (None, provider)
        and model in (entry.get("provider_model_id"), entry.get("model_id"))
        for entry in entries
    )


def _describe(provider: str, model: ListedModel) -> str:
    since, until = format_release(model.since), format_release(model.until)
    entry = (
        f"{{model_id: {model.model}, provider_id: {emit_scalar(provider, flow=True)}, "
        "model_type: embedding, "
        f"metadata: {{embedding_dimension: {model.embedding_dimension}}}}}"
    )
    return (
        f"model '{provider}/{model.model}', which the server registers by itself from "
        f"{since} to {until}, is not served any more; vector stores made with it cannot "
        f"be searched; to keep it add to '{'.'.join(MODELS)}': {entry}"
    )
