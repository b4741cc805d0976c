"""Faults in the `server` section."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.conformance.mutations.language import (
    ABSENT,
    DROPPED,
    REFUSED,
    WHOLE,
    Config,
    Kind,
    Mutant,
    Mutate,
    both,
    change,
    drop,
    given,
    kind,
    named,
    planted,
    stray,
)
from tests.conformance.mutations.references import INLINE
from tests.conformance.mutations.samples import (
    CORS,
    CUSTOM,
    GITHUB,
    INTROSPECTED,
    KUBERNETES,
    MAPPING,
    NUMBER,
    OAUTH,
    QUOTA,
    RULE,
    RULES,
    TEXT,
)


def server_kinds() -> Iterator[Kind]:
    yield kind("server/missing", WHOLE, drop("server"))
    yield kind("server/null", REFUSED, change("server", None))
    yield kind("server/number", REFUSED, change("server", 8321))
    yield kind("server/list", REFUSED, change("server", [{"port": 8321}]))
    yield kind("server/empty", WHOLE, change("server", {}))
    yield kind("server/mistyped", DROPPED, named("server", where=bool))
    yield kind(
        "server/stray-key",
        DROPPED,
        stray("server", "my_key", TEXT, NUMBER, MAPPING, False),
    )
    yield kind("server/stray-empty-key", WHOLE, stray("server", "my_key", None, "", {}))
    for key in (True, 7, 1.5):
        yield kind(f"server/key-{key}", DROPPED, stray("server", key, TEXT))
        yield kind(f"top-level/key-{key}", REFUSED, stray("", key, TEXT))
        yield kind(
            f"provider/config-key-{key}",
            REFUSED,
            stray("providers.*.*.config", key, TEXT),
        )
    yield kind("server/insecure", DROPPED, stray("server", "insecure", True, False))
    yield kind("server/disable-ipv6", DROPPED, stray("server", "disable_ipv6", True))
    yield kind("server/port-mistyped-key", DROPPED, named("server.port"))
    yield kind("server/port-too-low", REFUSED, given("server.port", 80, 1023, 0, -1))
    yield kind("server/port-too-high", REFUSED, given("server.port", 70000, 65536))
    yield kind(
        "server/port-at-the-edge", WHOLE, given("server.port", 1024), r0_3_0=WHOLE
    )
    yield kind("server/port-text", WHOLE, given("server.port", "8322"))
    yield kind("server/port-a-word", REFUSED, given("server.port", "http"))
    yield kind("server/port-null", REFUSED, given("server.port", None))
    yield kind("server/port-a-fraction", REFUSED, given("server.port", 8321.5))
    yield kind("server/port-a-round-float", WHOLE, given("server.port", 8322.0))
    yield kind("server/port-true", REFUSED, given("server.port", True))
    yield kind("server/port-list", REFUSED, given("server.port", [8321]))
    yield kind("server/host", WHOLE, given("server.host", "0.0.0.0"))
    yield kind("server/host-null", WHOLE, given("server.host", None))
    yield kind("server/host-wrong", REFUSED, given("server.host", 127))
    yield kind("server/host-list", REFUSED, given("server.host", ["0.0.0.0", "::"]))
    yield kind(
        "server/tls",
        WHOLE,
        both(
            given("server.tls_certfile", "/c.pem"),
            given("server.tls_keyfile", "/k.pem"),
        ),
    )
    yield kind("server/tls-wrong", REFUSED, given("server.tls_cafile", True))
    yield kind("server/tls-mistyped", DROPPED, given("server.tls_cert_file", "/c.pem"))
    yield kind("server/workers", WHOLE, given("server.workers", 4), r0_3_0=DROPPED)
    yield kind(
        "server/workers-text", WHOLE, given("server.workers", "4"), r0_3_0=DROPPED
    )
    yield kind(
        "server/workers-a-word",
        REFUSED,
        given("server.workers", "many"),
        r0_3_0=DROPPED,
    )
    yield kind("server/keys-at-top", DROPPED, _port_at_top)
    for name, value in (
        ("oauth", OAUTH),
        ("github", GITHUB),
        ("custom", CUSTOM),
        ("kubernetes", KUBERNETES),
    ):
        yield kind(f"auth/{name}", WHOLE, planted("server.auth", value))
        yield kind(
            f"auth/{name}-stray-key",
            DROPPED,
            planted("server.auth", value, "provider_config.my_key", "x"),
        )
        yield kind(
            f"auth/{name}-stray-nothing",
            WHOLE,
            planted("server.auth", value, "provider_config.my_key", None, {}),
        )
        yield kind(
            f"auth/{name}-type-missing",
            REFUSED,
            planted("server.auth", value, "provider_config.type", ABSENT),
        )
        yield kind(
            f"auth/{name}-type-unknown",
            REFUSED,
            planted("server.auth", value, "provider_config.type", "saml", 17, None),
        )
    yield kind(
        "auth/of-0.2.4",
        REFUSED,
        planted(
            "server.auth",
            {"provider_type": "custom", "config": {"endpoint": "http://a"}},
        ),
    )
    yield kind(
        "auth/endpoint-alone",
        REFUSED,
        planted("server.auth", {"endpoint": "http://auth"}),
    )
    yield kind("auth/empty", REFUSED, planted("server.auth", {}))
    yield kind("auth/null", WHOLE, planted("server.auth", None))
    yield kind("auth/text", REFUSED, planted("server.auth", "custom"))
    yield kind("auth/true", REFUSED, planted("server.auth", True))
    yield kind("auth/stray-key", DROPPED, planted("server.auth", CUSTOM, "my_key", "x"))
    yield kind(
        "auth/old-keys-too",
        DROPPED,
        planted("server.auth", CUSTOM, "provider_type", "custom"),
    )
    yield kind(
        "auth/provider-config-null",
        REFUSED,
        planted("server.auth", CUSTOM, "provider_config", None),
    )
    yield kind(
        "auth/provider-config-mistyped",
        REFUSED,
        both(planted("server.auth", CUSTOM), named("server.auth.provider_config")),
    )
    yield kind(
        "auth/not-nested",
        REFUSED,
        planted("server.auth", {"type": "custom", "endpoint": "http://auth"}),
    )
    yield kind(
        "auth/custom-endpoint-missing",
        REFUSED,
        planted("server.auth", CUSTOM, "provider_config.endpoint", ABSENT),
    )
    yield kind(
        "auth/custom-endpoint-wrong",
        REFUSED,
        planted("server.auth", CUSTOM, "provider_config.endpoint", None, 17, []),
    )
    yield kind(
        "auth/oauth-keys-missing",
        REFUSED,
        planted("server.auth", OAUTH, "provider_config.jwks", ABSENT, None),
    )
    yield kind(
        "auth/oauth-keys-uri-missing",
        REFUSED,
        planted("server.auth", OAUTH, "provider_config.jwks.uri", ABSENT),
    )
    yield kind(
        "auth/oauth-keys-period-wrong",
        REFUSED,
        _oauth("jwks.key_recheck_period", "often", None),
    )
    yield kind("auth/oauth-keys-stray-key", DROPPED, _oauth("jwks.url", "http://keys"))
    yield kind("auth/oauth-two-ways", REFUSED, _oauth("introspection", INTROSPECTED))
    yield kind(
        "auth/oauth-introspection",
        WHOLE,
        both(_oauth("introspection", INTROSPECTED), drop("server.auth.*.jwks")),
    )
    yield kind(
        "auth/oauth-introspection-half",
        REFUSED,
        _oauth("introspection", {"url": "http://who"}),
    )
    yield kind("auth/oauth-verify-tls", REFUSED, _oauth("verify_tls", "maybe", None))
    yield kind(
        "auth/oauth-claims",
        WHOLE,
        _oauth("claims_mapping", {"sub": "roles"}, {"sub": ""}),
    )
    yield kind(
        "auth/oauth-claims-wrong",
        REFUSED,
        _oauth("claims_mapping", {"sub": ["roles"]}, ["sub"], {"sub": None}, None),
    )
    yield kind("auth/oauth-cafile-wrong", REFUSED, _oauth("tls_cafile", 17))
    yield kind(
        "auth/github-claims-wrong",
        REFUSED,
        planted("server.auth", GITHUB, "provider_config.claims_mapping", [1], None),
    )
    yield kind(
        "auth/kubernetes-no-url",
        REFUSED,
        planted("server.auth", KUBERNETES, "provider_config.api_server_url", "cluster"),
    )
    yield kind(
        "auth/kubernetes-ftp",
        REFUSED,
        planted(
            "server.auth", KUBERNETES, "provider_config.api_server_url", "ftp://c/"
        ),
    )
    yield kind(
        "auth/kubernetes-claim-empty",
        REFUSED,
        planted("server.auth", KUBERNETES, "provider_config.claims_mapping", {"a": ""}),
    )
    yield kind("policy/right", WHOLE, planted("server.auth", RULES))
    yield kind(
        "policy/mapping", REFUSED, planted("server.auth", RULES, "access_policy", RULE)
    )
    yield kind(
        "policy/null", REFUSED, planted("server.auth", RULES, "access_policy", None)
    )
    yield kind(
        "policy/one-level-too-high", DROPPED, planted("server.access_policy", [RULE])
    )
    yield kind(
        "policy/rule-empty",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0", {}, {"when": "user is owner"}),
    )
    yield kind(
        "policy/rule-text",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0", "permit all"),
    )
    yield kind(
        "policy/permit-and-forbid",
        REFUSED,
        planted(
            "server.auth",
            RULES,
            "access_policy.0.forbid",
            {"actions": "read"},
            against="access_policy.0.permit",
        ),
    )
    yield kind(
        "policy/when-and-unless",
        REFUSED,
        planted(
            "server.auth",
            RULES,
            "access_policy.1.when",
            "user is owner",
            against="access_policy.1.unless",
        ),
    )
    yield kind(
        "policy/condition-wrong",
        REFUSED,
        planted(
            "server.auth", RULES, "access_policy.0.when", "user likes it", ["x"], 17
        ),
    )
    yield kind(
        "policy/condition-right",
        WHOLE,
        planted("server.auth", RULES, "access_policy.0.when", ["user in owners teams"]),
    )
    yield kind(
        "policy/action-unknown",
        REFUSED,
        planted(
            "server.auth", RULES, "access_policy.0.permit.actions", "write", ["list"]
        ),
    )
    yield kind(
        "policy/actions-missing",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0.permit.actions", ABSENT, None),
    )
    yield kind(
        "policy/rule-stray-key",
        DROPPED,
        planted("server.auth", RULES, "access_policy.0.my_key", "x"),
    )
    yield kind(
        "policy/scope-stray-key",
        DROPPED,
        planted("server.auth", RULES, "access_policy.0.permit.user", "x"),
    )
    yield kind(
        "policy/scope-text",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0.permit", "read", ["read"]),
    )
    yield kind(
        "policy/principal-wrong",
        REFUSED,
        planted("server.auth", RULES, "access_policy.0.permit.principal", 17, ["me"]),
    )
    yield kind("cors/right", WHOLE, planted("server.cors", CORS))
    yield kind("cors/flag", WHOLE, given("server.cors", True, False, None))
    yield kind(
        "cors/flag-like", WHOLE, given("server.cors", "yes", 1, "${env.MY_CORS:=true}")
    )
    yield kind("cors/text", REFUSED, given("server.cors", "*", "http://here"))
    yield kind("cors/list", REFUSED, planted("server.cors", ["http://here"]))
    yield kind(
        "cors/stray-key",
        DROPPED,
        planted("server.cors", CORS, "origins", ["http://here"]),
    )
    yield kind(
        "cors/origins-text",
        REFUSED,
        planted("server.cors", CORS, "allow_origins", "*", None, [17]),
    )
    yield kind(
        "cors/wildcard-with-credentials",
        REFUSED,
        planted(
            "server.cors",
            CORS,
            "allow_origins",
            ["*"],
            ["a", "*"],
            against="allow_credentials",
        ),
    )
    yield kind(
        "cors/pattern",
        WHOLE,
        planted(
            "server.cors", CORS, "allow_origin_regex", r"https://.*\.here", "", None
        ),
    )
    yield kind(
        "cors/pattern-of-a-shell",
        REFUSED,
        planted("server.cors", CORS, "allow_origin_regex", "*.here", "(a"),
    )
    yield kind(
        "cors/max-age-negative",
        REFUSED,
        planted("server.cors", CORS, "max_age", -1, "long"),
    )
    yield kind(
        "cors/credentials-a-word",
        REFUSED,
        planted("server.cors", CORS, "allow_credentials", "maybe", []),
    )
    yield kind(
        "quota-section/inline",
        REFUSED,
        planted("server.quota", {**QUOTA, "kvstore": INLINE}),
    )
    yield kind(
        "quota-section/store-missing",
        REFUSED,
        planted("server.quota", QUOTA, "kvstore", ABSENT),
    )
    yield kind("quota-section/one-level-too-high", DROPPED, stray("", "quota", QUOTA))


def _oauth(at: str, *faults: Any) -> Mutate:
    return planted("server.auth", OAUTH, f"provider_config.{at}", *faults)


def _port_at_top(config: Config, _: Random) -> Mutant | None:
    if "port" not in config.get("server", {}):
        return None
    config.update(config.pop("server"))
    return Mutant(config, (("port",),))
