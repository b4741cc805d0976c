"""0.3 → 0.4: inference by remote::bedrock asks for an API key (0.4.0, upstream #3748; undone in 0.8.0, #5388).

0.4 to 0.7 speak to the endpoint that is compatible with OpenAI: `api_key` and `region_name`. AWS's own credentials,
from the config or the environment, are not used; the keys for them go with what nothing takes over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import CHECK, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added, providers_of, rewritten
from stackcfg.paths import value_at
from stackcfg.runconfig.placeholders import add_default, may_be_empty
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.emit import Field

KIND: Final = "remote::bedrock"
VARIABLE: Final = "AWS_BEARER_TOKEN_BEDROCK"
KEY: Final = f"${{env.{VARIABLE}:=}}"
REGION: Final = "us-east-2"
"""The region that 0.4 itself takes where none is given."""


def run(context: StepContext) -> Iterator[Change]:
    """Write the key as a variable, as upstream's files do."""
    for path, provider in providers_of(context, "inference", KIND):
        settings = value_at(provider, ("config",))
        known = settings if isinstance(settings, Mapping) else {}
        region = as_string(known.get("region_name"))
        if may_be_empty(region):
            yield from rewritten(
                context, (*path, "config", "region_name"), add_default(region, REGION)
            )
        if "api_key" in known:
            continue
        yield Put((*path, "config", "api_key"), KEY)
        yield added(context, (*path, "config"), Field("api_key", KEY))
        message = f"{KIND} takes an API key, not AWS credentials, until 0.8.0: export {VARIABLE}"
        yield StepNote(CHECK, message, context.text.offset((*path, "provider_type")))
