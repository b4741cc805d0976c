"""Within 0.2: `server.auth.endpoint` becomes a provider (0.2.4, upstream
#1778).

The provider is `provider_type: custom`, with the endpoint in `config`.
Releases up to 0.4 refuse the old form, later ones accept it and serve
without authentication.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.runconfig.sections import AUTH
from stackcfg.yamltext.emit import Field

NEW = ("provider_type", "provider_config", "config")


def run(context: StepContext) -> Changes:
    """Name the provider, and put the endpoint into its settings."""
    auth = mapping_at(context.data, AUTH)
    if "endpoint" not in auth or any(key in auth for key in NEW):
        return
    path = (*AUTH, "endpoint")
    holder, entry = context.text.editable_entry(path)
    comments = context.text.entry_comments(path, with_lead=False)
    kind = Field("provider_type", "custom")
    yield from context.text.merge(AUTH, [kind], before=holder.entries.index(entry))
    endpoint = Field("endpoint", entry[1], comments.remaining(), comments.beside)
    yield from context.text.replace(path, Field("config", (endpoint,)))
