"""The steps of a migration, in the order of the changes they answer. One module per breaking change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from stackcfg.change import Change, Context
from stackcfg.steps import (
    auth_provider_config,
    dangling_references,
    provider_types,
    registered_resources,
    storage_catalog,
    store_references,
    telemetry,
    unread_keys,
    vector_stores_api,
)

Step = Callable[[Context], Iterator[Change]]

STEPS: Final[tuple[Step, ...]] = (
    auth_provider_config.run,
    storage_catalog.run,
    store_references.run,
    registered_resources.run,
    telemetry.run,
    vector_stores_api.run,
    provider_types.run,
    dangling_references.run,
    unread_keys.run,
)
