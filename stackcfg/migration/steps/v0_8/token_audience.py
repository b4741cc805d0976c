"""0.7 → ogx 0.8: the audience that tokens must name is `ogx` by default, not `llama-stack` (upstream #5613).

The old one is written out: otherwise the server refuses every token that its issuer makes today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import INFO, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.paths import value_at
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

PROVIDER: Final = ("server", "auth", "provider_config")
OLD_DEFAULT: Final = "llama-stack"


def run(context: StepContext) -> Iterator[Change]:
    """Write the audience of an OAuth 2 provider that names none."""
    provider = value_at(context.data, PROVIDER)
    if not isinstance(provider, Mapping) or "audience" in provider:
        return
    if guess_value(as_string(provider.get("type"))) == "oauth2_token":
        message = f"'audience: {OLD_DEFAULT}' was the default until 0.7.3; tokens made for 'ogx' need another one"
        yield StepNote(INFO, message, context.text.offset(PROVIDER))
        yield Put((*PROVIDER, "audience"), OLD_DEFAULT)
        yield added(context, PROVIDER, Field("audience", OLD_DEFAULT))
