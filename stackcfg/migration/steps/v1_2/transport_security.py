"""ogx 1.1 → 1.2: the server demands TLS (upstream #5603).

`ogx run` exits where no certificate is configured, and where an
authentication provider does not verify certificates, unless
`server.insecure` is true. An older server did the same as with
`insecure: true`, so that is written out and reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Any
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Data, mapping_at, value_at
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.substitution import (
    LITERALS_KEPT_SINCE,
    read_variables,
    substitute,
)

SERVER = ("server",)
CERTIFICATE = ("tls_certfile", "tls_keyfile")
VERIFY = ("auth", "provider_config", "verify_tls")


def run(context: StepContext) -> Changes:
    """Keep plain HTTP plain, and an unverified issuer unverified."""
    settings = mapping_at(context.data, SERVER)
    if _is_insecure(settings):
        return
    always = list(_reasons_to_exit(settings))
    sometimes = list(_reasons_to_exit_sometimes(settings))
    if "insecure" in settings or not (always or context.is_older):
        # a file of 1.2 was written for a server that exits: that is on purpose
        for reason in always:
            yield context.action_required(_exit_message(reason), SERVER)
        for reason in sometimes:
            yield context.check(_exit_message(reason), SERVER)
        return
    for reason in (*always, *sometimes):
        message = (
            f"{reason}; since 1.2 the server exits at start without "
            "'insecure: true', which is written"
        )
        yield context.check(message, SERVER)
    if always or sometimes:
        yield from context.text.add((*SERVER, "insecure"), True)


def _exit_message(reason: str) -> str:
    return f"{reason}; the server exits at start; write 'insecure: true' to keep that"


def _is_insecure(settings: Data) -> bool:
    value = settings.get("insecure")
    return value is not None and _as_bool(value) is not False


def _reasons_to_exit(settings: Data) -> Iterator[str]:
    if not any(settings.get(name) for name in CERTIFICATE):
        yield "'server' has no certificate and serves plain HTTP"
    if _as_bool(value_at(settings, VERIFY)) is False:
        yield "authentication does not verify certificates"


def _reasons_to_exit_sometimes(settings: Data) -> Iterator[str]:
    if not any(settings.get(name) for name in CERTIFICATE):
        return
    values = [_required_value(settings.get(name)) for name in CERTIFICATE]
    if None in values or "" in values:
        yield (
            "'server' serves plain HTTP where the variable of a certificate is empty "
            "or one of both files is missing"
        )


def _as_bool(value: Any) -> bool | None:
    return as_pydantic_bool(_required_value(value))


def _required_value(value: Any) -> Any:
    """Return what the server reads if only the required variables are set."""
    if not isinstance(value, str):
        return value
    required = read_variables([value], LITERALS_KEPT_SINCE).required
    return substitute(value, required, LITERALS_KEPT_SINCE)
