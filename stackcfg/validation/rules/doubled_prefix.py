"""A model whose name begins with its provider's id twice.

The server puts `provider_id/` before the name that the provider has for a model
(0.2.16 to 0.7). If that name begins with the id already, clients must say it
twice, and the provider is asked for a model of the longer name. From 0.8 the
prefix of a `model_id` is not repeated. Services that put their own name before
each model, such as `nvidia/`, mean it.

    registered_resources:
      models:
      - {model_id: vllm/granite, provider_id: vllm}   # served as vllm/vllm/granite
"""

from __future__ import annotations

from stackcfg.paths import Path, value_at
from stackcfg.releases.model_names import own_namespace
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.registered import registered_resources
from stackcfg.validation.queries.served_models import (
    inference_providers,
    served_names_at,
)
from stackcfg.validation.rule import WARNING, Findings, Rule
from stackcfg.validation.rule_finding import Insertion, RuleFinding, UnsafeFix, value_of


def check(inspection: Inspection) -> Findings:
    """Report each model that is served with a doubled prefix."""
    reading = inspection.readings[-1]
    namespaces = {
        provider.id: own_namespace(provider.kind)
        for provider in inference_providers(inspection, reading)
    }
    for resource in registered_resources(inspection):
        if resource.kind != "models":
            continue
        for name in served_names_at(inspection, reading, resource.path)[:1]:
            provider, _, rest = name.partition("/")
            is_meant = namespaces.get(provider, provider) == provider
            if rest.startswith(f"{provider}/") and not is_meant:
                yield RuleFinding(
                    value_of(*resource.path, "model_id"),
                    f"{inspection.release} serves this model as '{name}' and asks "
                    f"its provider for '{rest}'",
                    help=f"write '{rest.removeprefix(f'{provider}/')}' as its "
                    "'provider_model_id'",
                    unsafe=_name_for_provider(
                        inspection, resource.path, rest.removeprefix(f"{provider}/")
                    ),
                )


def _name_for_provider(
    inspection: Inspection, path: Path, name: str
) -> UnsafeFix | None:
    """Return the fix that writes the name which the provider has for a model."""
    if value_at(inspection.data, (*path, "provider_model_id")) is not None:
        return None
    insertion = Insertion((*path, "model_id"), "provider_model_id", name)
    return UnsafeFix(f"add 'provider_model_id: {name}'", (insertion,))


RULE = Rule("doubled-prefix", WARNING, __doc__, check)
