"""Within ogx 1.0: pgvector has no default password any more (1.0.3).

The old default is written out where a config relies on it.
Source: the config models of ogx 1.0.2 and 1.0.3.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.releases.models import config_model
from stackcfg.releases.providers import provider_spec

BEFORE = (1, 0, 2)
API = "vector_io"
KIND = "remote::pgvector"


def run(context: StepContext) -> Changes:
    """Write the password that the server used by default."""
    message = (
        "pgvector has no default password any more; "
        "the old one is written out; use a variable"
    )
    for path, provider in context.all_providers_of(API, KIND):
        if "password" not in mapping_at(provider, ("config",)):
            yield context.check(message, (*path, "config"))
            yield from context.text.add((*path, "config", "password"), _old_default())


def _old_default() -> str:
    spec = provider_spec(API, KIND, BEFORE)
    assert spec is not None
    return str(config_model(spec.config, BEFORE).fields["password"].default)
