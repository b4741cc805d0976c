"""The providers of scoring, which register the functions of their types."""

from __future__ import annotations

from stackcfg.validation.inspection import Inspection
from stackcfg.validation.providers import Provider
from stackcfg.validation.queries.served_apis import is_listed

SCORING = "scoring"


def scoring_providers(inspection: Inspection) -> list[Provider]:
    """Return the providers of scoring that can be on, of types of the release.

    Where the server does not serve the API, it asks none for its
    functions.
    """
    if not is_listed(inspection, SCORING):
        return []
    return [
        provider
        for provider in inspection.providers
        if provider.api == SCORING and provider.ever_on and provider.spec is not None
    ]
