"""Two backends that differ only in a detail: probably one database is meant.

When inline stores were copied, one of the copies got another default for the
same variable, or another port. The server accepts both, and the stores are
split between two databases. A KV store and a SQL store may well have databases
of their own, so that only backends of one family are compared.
"""

from __future__ import annotations

from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.drift import SeenServers
from stackcfg.stores.store_map import Backend, Location, connection_of
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    seen: dict[str, SeenServers[Backend]] = {}
    for backend in inspection.stores.backends.values():
        others = seen.setdefault(backend.family, SeenServers())
        location = _locate(backend)
        if inspection.backend_type(backend.name):
            drifted = next(others.drifted_from(location), None)
            if drifted is not None:
                yield _describe(backend, *drifted)
        others.add(location, backend)


def _describe(
    backend: Backend,
    other: Backend,
    field: str,
) -> RuleFinding:
    return RuleFinding(
        key_of(*BACKENDS_PATH, backend.name),
        f"'{backend.name}' differs from '{other.name}' only in {field}; "
        "probably one database is meant",
        help=f"write the same {field} in both, unless they are two databases",
        also=((key_of(*BACKENDS_PATH, other.name), "the other backend"),),
    )


def _locate(backend: Backend) -> Location:
    connection = connection_of(backend.engine, backend.family, backend.fields)
    return Location(backend.engine, connection)


RULE = Rule("backend-drift", WARNING, __doc__, check)
