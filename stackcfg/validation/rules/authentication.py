"""Authentication settings that the release drops or lacks.

From 0.2.15 on (upstream #2509) the settings of `server.auth` are in
`provider_config: {type, …}`. The earlier keys `endpoint`, `provider_type` and
`config` are refused up to 0.4.x, because `provider_config` is missing. From
0.5.0 on they are dropped, and the authentication with them: the server is open
to everyone. From 0.6.0 on (#5002) it is also open if `type` is empty, as
`${env.AUTH_PROVIDER:+oauth2_token}` is while its variable is unset.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.paths import value_at
from stackcfg.releases.changes import SWITCHED_AUTH_SINCE
from stackcfg.runconfig.sections import AUTH, AUTH_PROVIDER
from stackcfg.spelling import nearest_word
from stackcfg.validation.model_check import DROPPED, MISSING, ModelError
from stackcfg.validation.queries.history import spans_of_key
from stackcfg.validation.queries.severity import severity_of_loss, severity_of_readings
from stackcfg.validation.queries.suggestions import did_you_mean, fix_slip
from stackcfg.validation.queries.wording import (
    describe_missing_field,
    raw_key,
    when_failing,
)
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

OLD_KEYS: Final = ("endpoint", "provider_type", "config")


def check(inspection: Inspection) -> Findings:
    """Report an authentication without a type, which the release switches off."""
    is_written = value_at(inspection.data, AUTH_PROVIDER)
    if inspection.version < SWITCHED_AUTH_SINCE or not is_written:
        return
    failing = [seen is None for seen in inspection.values_at(AUTH_PROVIDER)]
    if any(failing):
        yield RuleFinding(
            value_of(*AUTH_PROVIDER, "type"),
            f"'type' is empty{when_failing(failing, 'its')}; "
            f"{inspection.release} then starts without authentication, "
            "open to everyone",
            help="write a type, or remove 'auth'",
            severity=severity_of_readings(failing),
        )


def claims(_: Inspection, error: ModelError) -> bool:
    return error.path[:2] == AUTH and error.kind in (DROPPED, MISSING)


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    if error.kind == MISSING:
        return describe_missing_field(inspection, error)
    name = raw_key(error.path, inspection)
    meant = ""
    if not spans_of_key(error.model, name):
        meant = nearest_word(name, error.choices)
    help_text = did_you_mean(meant, f"known keys: {', '.join(error.choices)}")
    if len(error.path) == 3 and name in OLD_KEYS:
        meant = ""
        help_text = "run 'stackcfg migrate', or write provider_config: {type: …}"
    return RuleFinding(
        key_of(*error.path),
        f"{inspection.release} drops the authentication setting '{name}'",
        help=help_text,
        fix=fix_slip(name, meant, error.choices),
        guess=meant,
        severity=severity_of_loss(value_at(inspection.data, error.path)),
    )


RULE = Rule("authentication", ERROR, __doc__, check, claims=claims, describe=describe)
