"""Faults made in run configs of 0.3 on purpose, and changes that do no harm, each kind under a name.

A kind changes the data of a config and says where a complaint would be right. What a release makes of it is for the
release to say; `expected` is what was measured, so that a kind that no longer does what its name says is noticed.

Two things that no judge can see without starting a server are kept out: a resource that names a provider which is not
there, and a variable without a default in a place where any text will not do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.conformance.mutations.broad import broad_kinds
from tests.conformance.mutations.language import Kind
from tests.conformance.mutations.providers import (
    disabled_provider_kinds,
    provider_config_kinds,
    provider_entry_kinds,
)
from tests.conformance.mutations.references import reference_kinds
from tests.conformance.mutations.resources import (
    further_section_kinds,
    harmless_kinds,
    resource_kinds,
)
from tests.conformance.mutations.server import server_kinds
from tests.conformance.mutations.storage import backend_kinds, storage_kinds
from tests.conformance.mutations.top_level import api_kinds, top_level_kinds
from tests.conformance.mutations.variables import variable_kinds


def _all_kinds() -> Iterator[Kind]:
    for group in (
        *(
            top_level_kinds,
            api_kinds,
            storage_kinds,
            backend_kinds,
            reference_kinds,
            provider_entry_kinds,
            provider_config_kinds,
            disabled_provider_kinds,
        ),
        *(
            variable_kinds,
            server_kinds,
            resource_kinds,
            further_section_kinds,
            harmless_kinds,
            broad_kinds,
        ),
    ):
        yield from group()


KINDS: Final[tuple[Kind, ...]] = tuple(_all_kinds())
