"""Within 0.2: an authentication endpoint answers with `principal` and `attributes` (0.2.10; the principal is #2185).

Until then it was `access_attributes` alone. An answer without a principal is refused, and the request with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at

TYPE: Final = ("server", "auth", "provider_type")


def run(context: StepContext) -> Iterator[Change]:
    """A note, where the form is that of releases before 0.2.15."""
    if value_at(context.data, TYPE) == "custom":
        message = "the endpoint must answer with 'principal' and 'attributes' since 0.2.10, not 'access_attributes'"
        yield StepNote(CHECK, message, context.text.offset(TYPE))
