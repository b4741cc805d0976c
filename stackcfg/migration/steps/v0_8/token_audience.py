"""0.7 → ogx 0.8: the audience that tokens must name is `ogx` by default, not `llama-stack` (upstream #5613).

The old one is written out: otherwise the server refuses every token that its issuer makes today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import INFO, Change, Note, Put
from stackcfg.migration.context import Context
from stackcfg.migration.editing.fields import added
from stackcfg.paths import at
from stackcfg.runconfig.placeholders import likely
from stackcfg.runconfig.values import text_of
from stackcfg.yamltext.emit import Field

DIFFERS: Final = "tokens are for the audience 'ogx' by default from 0.8.0, 'llama-stack' before"
PROVIDER: Final = ("server", "auth", "provider_config")
OLD_DEFAULT: Final = "llama-stack"


def run(context: Context) -> Iterator[Change]:
    """Write the audience of an OAuth 2 provider that names none."""
    provider = at(context.data, PROVIDER)
    if not isinstance(provider, Mapping) or "audience" in provider:
        return
    if likely(text_of(provider.get("type"))) == "oauth2_token":
        message = f"'audience: {OLD_DEFAULT}' was the default until 0.7.3; tokens made for 'ogx' need another one"
        yield Note(INFO, message, context.offset(PROVIDER))
        yield Put((*PROVIDER, "audience"), OLD_DEFAULT)
        yield added(context, PROVIDER, Field("audience", OLD_DEFAULT))
