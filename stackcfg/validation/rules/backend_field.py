"""A field that this type of backend does not have.

The server drops it without a word, so the setting has no effect (0.3.0). Which fields a type has changes with the
release: `ssl_mode` on `sql_postgres` for example counts only from ogx 1.4.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.paths import at
from stackcfg.releases.versions import number
from stackcfg.spelling import nearest
from stackcfg.validation.diagnostics import WARNING
from stackcfg.validation.finding import Finding, key
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.history import since_words
from stackcfg.validation.queries.mismatches import about
from stackcfg.validation.queries.wording import written

SEVERITY: Final = WARNING


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each field that is dropped."""
    for each in about(inspection, "backend_field"):
        name, kind = written(each.path, inspection), at(inspection.data, (*each.path[:3], "type"))
        absent = [choice for choice in each.choices if at(inspection.data, (*each.path[:3], choice)) is None]
        meant = nearest(name, absent)
        later = since_words(each.model, name, inspection.version)
        yield Finding(
            key(*each.path),
            f"{kind} has no field '{name}'{later}; {number(inspection.version)} drops it",
            help=f"did you mean '{meant}'?" if meant else f"fields of {kind} are {', '.join(each.choices)}",
            rewrite=((key(*each.path), meant),) if meant else (),
        )
