"""An address of an inference provider without the path of its API.

Since 0.4.0 the server calls paths below `base_url` as it is written; before, it put
the `/v1` behind the address itself (upstream #4177). With `http://ollama:11434` the
server asks for `http://ollama:11434/models`, which is not there: registered models
stop the server at its start, and requests fail. An address with a path of its own is
left alone: a proxy can have any.

    config:
      base_url: http://ollama:11434   # http://ollama:11434/v1
"""

from __future__ import annotations

from stackcfg.light_typing import Any, Final
from stackcfg.paths import value_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.changes import WHOLE_ADDRESSES_SINCE
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.renames import address_setting
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.served_models import inference_providers
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

ADDRESS: Final = ("config", "base_url")
_ROOT: Final = lazy_pattern(r"https?://[^/?#\s]+/?")


def check(inspection: Inspection) -> Findings:
    """Report each address that lacks its path in a reading that uses it."""
    if inspection.version < WHOLE_ADDRESSES_SINCE:
        return
    used = [
        {each.path for each in inference_providers(inspection, reading)}
        for reading in inspection.readings
    ]
    for provider in inspection.providers:
        ending = _ending_of(provider, inspection)
        failing = [
            bool(ending) and provider.path in paths and _lacks_path(reading, provider)
            for reading, paths in zip(inspection.readings, used, strict=True)
        ]
        if any(failing):
            yield RuleFinding(
                value_of(*provider.path, *ADDRESS),
                f"'base_url' has no path{when_failing(failing)}, and "
                f"{inspection.release} adds none; the API of {provider.kind} is "
                f"below '{ending}'",
                help=f"write '{ending}' at its end",
            )


def _ending_of(provider: Provider, inspection: Inspection) -> str:
    """Return the path that 0.3 put behind the address; empty if it put none."""
    spec = provider_spec(provider.api, provider.kind, inspection.version)
    if spec is None:
        return ""
    setting = address_setting(spec.config)
    if setting is None or setting.address is None:
        return ""
    return setting.address.ending


def _lacks_path(reading: Any, provider: Provider) -> bool:
    """Return whether a provider has the root of a host for its address."""
    address = value_at(reading, (*provider.path, *ADDRESS))
    return isinstance(address, str) and _ROOT.fullmatch(address) is not None


RULE = Rule("address-ending", WARNING, __doc__, check)
