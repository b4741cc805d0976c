"""Two backends that differ only in a detail: probably one database is meant.

When inline stores were copied, one of the copies got another default for the
same variable, or another port. The server accepts both, and the stores are
split between two databases. A KV store and a SQL store may well have databases
of their own, so that only backends of one family are compared.
"""

from __future__ import annotations

from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.drift import find_drifted_field
from stackcfg.stores.store_map import Backend, Location, connection_of
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    seen: list[Backend] = []
    for backend in inspection.stores.backends.values():
        if inspection.backend_type(backend.name):
            others = [other for other in seen if other.family == backend.family]
            finding = _compare(backend, others)
            if finding is not None:
                yield finding
        seen.append(backend)


def _compare(backend: Backend, others: list[Backend]) -> RuleFinding | None:
    location = _locate(backend)
    for other in others:
        field = find_drifted_field(_locate(other), location)
        if field:
            return RuleFinding(
                key_of(*BACKENDS_PATH, backend.name),
                f"'{backend.name}' differs from '{other.name}' only in {field}; "
                "probably one database is meant",
                help=f"write the same {field} in both, unless they are two databases",
                also=((key_of(*BACKENDS_PATH, other.name), "the other backend"),),
            )
    return None


def _locate(backend: Backend) -> Location:
    connection = connection_of(backend.engine, backend.family, backend.fields)
    return Location(backend.engine, connection)


RULE = Rule("backend-drift", WARNING, __doc__, check)
