"""ogx 1.1 → 1.2: the server asks for TLS (upstream #5603).

`ogx run` exits where no certificate is configured, and where an authentication provider does not verify certificates,
unless `server.insecure` is true. That is what both were before, so it is written, and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.paths import value_at
from stackcfg.runconfig.booleans import as_pydantic_bool
from stackcfg.runconfig.substitution import (
    LITERALS_KEPT_SINCE,
    read_variables,
    substitute,
)
from stackcfg.yamltext.emit import Field

SERVER: Final = ("server",)
CERTIFICATE: Final = ("tls_certfile", "tls_keyfile")


def run(context: StepContext) -> Iterator[Change]:
    """Keep plain HTTP plain, and an unverified issuer unverified.

    A server of 1.2 that has no certificate now and then exits then, on purpose: that is only changed for older files.
    """
    server = value_at(context.data, SERVER)
    settings: Mapping[str, Any] = server if isinstance(server, Mapping) else {}
    if (
        settings.get("insecure") is not None
        and as_pydantic_bool(_value(settings["insecure"])) is not False
    ):
        return
    where = context.text.offset(SERVER)
    always, sometimes = list(_always(settings)), list(_sometimes(settings))
    older = context.release.age.certainly_before(context.release.since)
    if "insecure" in settings or not (always or older):
        for reason in (*always, *sometimes):
            message = f"{reason}: without 'insecure: true' the server exits at start"
            yield StepNote(
                ACTION_REQUIRED if reason in always else CHECK, message, where
            )
        return
    for reason in (*always, *sometimes):
        yield StepNote(
            CHECK,
            f"{reason}: 'insecure: true' keeps that, without it the server exits at start",
            where,
        )
    if always or sometimes:
        yield Put((*SERVER, "insecure"), True)
        yield added(context, SERVER, Field("insecure", True))


def _always(settings: Mapping[str, Any]) -> Iterator[str]:
    if not any(settings.get(name) for name in CERTIFICATE):
        yield "no certificate, so plain HTTP"
    if (
        as_pydantic_bool(
            _value(value_at(settings, ("auth", "provider_config", "verify_tls")))
        )
        is False
    ):
        yield "authentication does not verify certificates"


def _sometimes(settings: Mapping[str, Any]) -> Iterator[str]:
    written = [name for name in CERTIFICATE if settings.get(name)]
    if written and any(
        _value(settings.get(name)) in (None, "") for name in CERTIFICATE
    ):
        yield "no certificate where a variable is empty, or with one of the two files, so plain HTTP then"


def _value(value: Any) -> Any:
    """What the server sees where only those variables are set that must be."""
    if not isinstance(value, str):
        return value
    required = read_variables([value], LITERALS_KEPT_SINCE).required
    return substitute(value, required, LITERALS_KEPT_SINCE)
