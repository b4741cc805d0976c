"""Faults in variables."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.mutations.language import (
    REFUSED,
    WHOLE,
    Kind,
    change,
    given,
    kind,
    planted,
    provider,
)


def variable_kinds() -> Iterator[Kind]:
    port = "server.port"
    yield kind("variable/port", WHOLE, given(port, "${env.MY_PORT:=8322}"))
    yield kind("variable/port-bare", WHOLE, given(port, "${env.MY_PORT}"))
    yield kind(
        "variable/port-odd-number",
        WHOLE,
        given(port, "${env.P:=08322}", "${env.P:=8_322}", "${env.P:= 8322 }"),
    )
    yield kind(
        "variable/port-in-parts",
        WHOLE,
        given(port, "8${env.P:=322}", "${env.A:=83}${env.B:=22}"),
    )
    yield kind(
        "variable/port-exponent",
        WHOLE,
        given(port, "${env.P:=8e3}", "${env.P:=8322.0}"),
    )
    yield kind("variable/port-old-form", REFUSED, given(port, "${env.MY_PORT:8322}"))
    yield kind("variable/port-lower-case", REFUSED, given(port, "${env.my_port:=8322}"))
    yield kind("variable/port-unclosed", REFUSED, given(port, "${env.MY_PORT:=8322"))
    yield kind("variable/port-empty", REFUSED, given(port, "${env.MY_PORT:=}"))
    yield kind(
        "variable/port-a-word",
        REFUSED,
        given(port, "${env.MY_PORT:=abc}", "${env.P:=83a}", "${env.P:=true}x"),
    )
    yield kind(
        "variable/port-out-of-range",
        REFUSED,
        given(port, "${env.MY_PORT:=80}", "${env.MY_PORT:=70000}"),
    )
    yield kind(
        "variable/port-conditional", REFUSED, given(port, "${env.MY_PORT:+8322}")
    )
    yield kind(
        "variable/port-upper-case-env", REFUSED, given(port, "${ENV.MY_PORT:=8322}")
    )
    yield kind(
        "variable/port-without-braces",
        REFUSED,
        given(port, "$env.MY_PORT", "$MY_PORT", "${MY_PORT:-8322}"),
    )
    yield kind(
        "variable/port-nested",
        REFUSED,
        given(port, "${env.MY_PORT:=${env.OTHER:=8322}}"),
    )
    yield kind(
        "variable/port-shell-default",
        REFUSED,
        given(port, "${env.MY_PORT:-8322}", "${env.MY_PORT-8322}"),
    )
    yield kind(
        "variable/port-with-space",
        REFUSED,
        given(port, "${ env.MY_PORT:=8322}", "${env. MY_PORT:=8322}"),
    )
    yield kind(
        "variable/host",
        WHOLE,
        given(
            "server.host", "${env.MY_HOST:=0.0.0.0}", "${env.MY_HOST:=}", "${env.H:+h}"
        ),
    )
    yield kind(
        "variable/host-digits",
        REFUSED,
        given("server.host", "${env.MY_HOST:=127}", "${env.MY_HOST:=1.5}"),
    )
    yield kind(
        "variable/host-flag",
        REFUSED,
        given("server.host", "${env.MY_HOST:=true}", "${env.MY_HOST:=False}"),
    )
    yield kind(
        "variable/host-like-null",
        WHOLE,
        given("server.host", "${env.MY_HOST:=null}", "${env.MY_HOST:=no}"),
    )
    yield kind(
        "variable/host-old-form",
        WHOLE,
        given("server.host", "${env.MY_HOST:0.0.0.0}", "${env.my_host:=h}"),
    )
    numbers = ("${env.ON:+2024}", "${env.ON:+true}")
    yield kind(
        "variable/switched-id", REFUSED, change("providers.*.*.provider_id", *numbers)
    )
    switched = {
        "provider_id": "${env.ON:+mine}",
        "provider_type": "remote::ollama",
        "module": "",
    }
    yield kind(
        "variable/switched-module",
        REFUSED,
        provider("inference", switched, "module", "${env.ON:+7}"),
    )
    yield kind(
        "variable/mapping", REFUSED, change("storage.stores.*", "${env.MY_STORE:={}}")
    )
    yield kind(
        "variable/section-by-empty-variable",
        REFUSED,
        change("storage.stores.*", "${env.MY_STORE:=}"),
    )
    yield kind(
        "variable/optional-section-by-empty-variable",
        WHOLE,
        planted("server.auth", "${env.MY_AUTH:=}"),
    )
    yield kind("variable/list", REFUSED, change("apis", "${env.MY_APIS:=inference}"))
    yield kind(
        "variable/flag",
        WHOLE,
        given(
            "telemetry.enabled", "${env.MY_FLAG:=true}", "${env.F:=0}", "${env.F:=yes}"
        ),
    )
    yield kind(
        "variable/flag-a-word",
        REFUSED,
        given("telemetry.enabled", "${env.MY_FLAG:=maybe}", "${env.F:=2}"),
    )
    yield kind(
        "variable/flag-old-form",
        REFUSED,
        given("telemetry.enabled", "${env.MY_FLAG:true}"),
    )
    yield kind(
        "variable/flag-empty", REFUSED, given("telemetry.enabled", "${env.MY_FLAG:=}")
    )
