"""A reference to a backend that `storage.backends` does not define.

For the stores under `storage.stores` the server refuses the file; for a provider's store it starts to start, and stops
with "Unknown KVStore backend" or "Unknown SQL store backend" (0.3.0, upstream #3697). Backends are found by
their exact name.

    storage:
      backends:
        kv_default: {type: kv_sqlite, db_path: /data/kv.db}
      stores:
        metadata: {backend: kv_defualt, namespace: registry}   # no such backend
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.queries.dangling_references import (
    DanglingReference,
    dangling_references,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding, key_of, value_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each reference that leads nowhere, also where the provider makes it up."""
    known = ", ".join(f"'{name}'" for name in inspection.backend_names) or "none"
    own = inspection.has_default_backends
    for each in dangling_references(inspection):
        place = value_of(*each.path, "backend")
        written = value_at(inspection.data, (*each.path, "backend"))
        yield RuleFinding(
            place,
            f"'{each.name}'{_read(each.name, written)} is not a backend; {format_release(inspection.version)} refuses to start",
            help=f"did you mean '{each.meant}'?"
            if each.meant
            else _defined(known, own),
            also=() if own else (_other_end(each),),
            rewrite=((place, each.meant),)
            if each.meant and written == each.name
            else (),
        )
    for use in inspection.implied:
        name = use.reference.backend if use.reference else ""
        if name not in inspection.backend_names:
            written = f"{{{use.fact.name_field}: {use.fact.default}, backend: …}}"
            yield RuleFinding(
                key_of(*use.path[:-1]),
                f"'{use.fact.api}' keeps its rows in '{name}' unless '{use.path[-1]}' says where, and that is not a "
                f"backend; {format_release(inspection.version)} refuses to start",
                help=f"write {use.path[-1]}: {written}; defined are: {known}",
                also=((key_of("storage", "backends"), "backends are defined here"),),
            )


def _other_end(each: DanglingReference) -> tuple[EntryPart, str]:
    if each.meant:
        return key_of("storage", "backends", each.meant), "probably meant"
    return key_of("storage", "backends"), "backends are defined here"


def _defined(known: str, own: bool) -> str:
    if own:
        return f"define it under storage.backends, which this file leaves out; then there are only {known}"
    return f"define it under storage.backends; defined are: {known}"


def _read(name: str, written: object) -> str:
    """What is written where another name is meant: ogx 1.0.0 looks for prompts in `sql_a` where `kv_a` is written."""
    same = not isinstance(written, str) or written == name or has_placeholder(written)
    return "" if same else f", which it makes of '{written}',"


RULE: Final = Rule("unknown-backend", ERROR, __doc__, check=check)
