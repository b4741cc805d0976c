"""A field that this type of backend does not have.

The server drops it without a word, so the setting has no effect (0.3.0). Which fields a type has changes with the
release: `ssl_mode` on `sql_postgres` for example counts only from ogx 1.4.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.diagnostics import WARNING
from stackcfg.finding import Finding, key, nearest
from stackcfg.inline_stores import at
from stackcfg.inspection import Inspection
from stackcfg.releases import number
from stackcfg.rules.later import since_words
from stackcfg.rules.subjects import about
from stackcfg.rules.wording import written

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
