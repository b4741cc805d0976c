"""0.2 → 0.3: the server chooses no provider and no embedding model for
a new vector store (0.3.0).

0.2 takes the first provider of vector_io and the first embedding model
where a client names none. From 0.3.0 the `vector_stores` section says
what to take, and without it such a request is refused; only a single
provider needs no choice. Source: `openai_create_vector_store` of
0.2.23, 0.3.0, 0.3.5 and 1.5.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import as_list, mapping_at

API = "vector_io"
SECTION = "vector_stores"
PROVIDER = "default_provider_id"
MODEL = "default_embedding_model"


def run(context: StepContext) -> Changes:
    """Report what clients must name from now on."""
    providers = list(context.providers_of(API))
    served = as_list(context.data.get("apis"))
    if not providers or (served and API not in served):
        return
    defaults = mapping_at(context.data, (SECTION,))
    settings = []
    words = []
    if len(providers) > 1 and not defaults.get(PROVIDER):
        words.append("a provider")
        settings.append(f"'{SECTION}.{PROVIDER}'")
    if not defaults.get(MODEL):
        words.append("an embedding model")
        settings.append(f"'{SECTION}.{MODEL}'")
    if not settings:
        return
    message = (
        f"a client that creates a vector store must name {' and '.join(words)} now; "
        f"0.2 took the first; set {' and '.join(settings)} for clients that do not"
    )
    yield context.check(message, providers[0][0])
