"""Authentication settings that the release drops or asks for.

Since 0.2.15 (upstream #2509) the settings of `server.auth` stand in `provider_config: {type, …}`. The keys before
that, `endpoint`, `provider_type` and `config`, are refused up to 0.4.x because `provider_config` is missing; from 0.5.0
they are dropped, and with them the authentication: the server is open to everyone. So it is from 0.6.0 (#5002) where
`type` is nothing, as `${env.AUTH_PROVIDER:+oauth2_token}` is while its variable is unset.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.changes import SWITCHED_AUTH_SINCE
from stackcfg.releases.versions import format_release
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, INFO, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    MISSING,
    ModelError,
)
from stackcfg.validation.queries.wording import NOTHING, named, written
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

BEFORE: Final = ("endpoint", "provider_type", "config")
CHOSEN: Final = ("server", "auth", "provider_config")


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each key that is dropped or missing, one for an authentication that is switched off."""
    yield from _switched_off(inspection)
    for each in errors:
        name = written(each.path, inspection)
        if each.kind == MISSING:
            yield RuleFinding(
                key_of(*each.path[:-1]),
                f"'{name}' is missing in {named(each.path[:-1], inspection)}; "
                f"{format_release(inspection.version)} refuses the file",
                help=f"add '{name}': {each.expected}",
            )
            continue
        meant = nearest_word(name, each.choices)
        moved = len(each.path) == 3 and name in BEFORE
        yield RuleFinding(
            key_of(*each.path),
            f"{format_release(inspection.version)} drops '{name}' of the authentication settings",
            help="run 'stackcfg migrate', or write provider_config: {type: …}"
            if moved
            else f"did you mean '{meant}'?"
            if meant
            else f"known here: {', '.join(each.choices)}",
            rewrite=((key_of(*each.path), meant),) if meant and not moved else (),
            severity=INFO if value_at(inspection.data, each.path) in NOTHING else "",
        )


def _switched_off(inspection: Inspection) -> Iterator[RuleFinding]:
    states = [value_at(reading, CHOSEN) is None for reading in inspection.readings]
    if (
        inspection.version < SWITCHED_AUTH_SINCE
        or not any(states)
        or not value_at(inspection.data, CHOSEN)
    ):
        return
    when = "" if all(states) else " while its variable is unset"
    yield RuleFinding(
        value_of(*CHOSEN, "type"),
        f"'type' is nothing{when}: {format_release(inspection.version)} then starts without authentication, open to everyone",
        help="name a type, or remove 'auth'",
        severity="" if all(states) else WARNING,
    )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim the keys of `server.auth` that are unknown or missing."""
    return error.path[:2] == ("server", "auth") and error.kind in (DROPPED, MISSING)


RULE: Final = Rule("authentication", ERROR, __doc__, claims=claims, report=report)
