"""Our copies of upstream's hand-written validators give the verdicts of the originals.

`validator_verdicts.json` was measured: each value was given to the config model of each of several releases that has
it. A release that fails in another way than by a validation error refuses the value as well.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stackcfg.releases.models import config_model, model_names
from stackcfg.releases.versions import (
    described_releases,
    parse_release,
    read_facts,
    span_of,
)
from stackcfg.runconfig.substitution import UNKNOWN
from stackcfg.validation import model_check
from stackcfg.validation.loader_rewrites import settle_config, upgrade_config
from stackcfg.validation.model_check import INVALID, check_model, has_refusal
from stackcfg.validation.upstream.registry import (
    CHECKED_AT_START,
    REWRITTEN_BEFORE_CHECKS,
    VALIDATORS,
)

REFUSING_NOTHING = frozenset(
    {
        "StackConfig.validate_external_providers_dir",
        "StackRunConfig.validate_external_providers_dir",
        "StackRunConfig.validate_server_stores",
        "RegisteredResources._warn_deprecated_tool_groups",
        "ServerStoresConfig._migrate_kv_to_sql",
        "ProxyConfig.validate_cacert",
        "TLSConfig.validate_cert_paths",
    }
)
"""Validators that refuse nothing, only look at the disk, or have a rule of their own."""

VERDICTS = json.loads(
    Path(__file__).with_name("validator_verdicts.json").read_text(encoding="utf-8")
)
STORES = {
    "backends": {
        "kv_a": {"type": "kv_sqlite", "db_path": "a"},
        "sql_a": {"type": "sql_sqlite", "db_path": "b"},
    }
}


def name_of(row: dict[str, Any]) -> str:
    return f"{row['model']}-{json.dumps(row['value'])}"


@pytest.mark.parametrize("row", VERDICTS, ids=name_of)
def test_each_value_is_refused_by_the_same_releases(
    row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # the classes were asked, not the code of providers
    monkeypatch.setattr(
        model_check,
        "CHECKED_AT_START",
        {"CORSConfig": CHECKED_AT_START["CORSConfig"]},
    )
    asked = [*row["taken"], *row["refused"]]
    found = [
        each
        for each in asked
        if not has_refusal(
            check_model(row["model"], row["value"], (), parse_release(each))
        )
    ]
    assert found == row["taken"]


def test_every_validator_is_known() -> None:
    """A new release may have a validator that is not in the registry yet."""
    found = {
        f"{name}.{check}"
        for version in described_releases()
        for name in model_names(version)
        for check in config_model(name, version).checks
    }
    assert found == {*VALIDATORS, *REWRITTEN_BEFORE_CHECKS, *REFUSING_NOTHING}


def test_every_check_of_fields_names_the_releases_that_have_it() -> None:
    for row in read_facts("validators.json")["field_checks"]:
        model = read_facts("models.json")["models"][row["model"]]
        spans = [span_of(each) for each in model["checks"][row["validator"]]]
        assert spans == [span_of(row)], row


def test_every_validator_was_measured() -> None:
    measured = {row["model"] for row in VERDICTS}
    of_whole_configs = {"StackConfig", "MetaReferenceQuantizedInferenceConfig"}
    assert {
        name.partition(".")[0] for name in (*VALIDATORS, *REWRITTEN_BEFORE_CHECKS)
    } - of_whole_configs == measured - {
        "GitHubTokenAuthConfig",  # its validator was written so that it is never asked
    }


@pytest.mark.parametrize(
    "field",
    [
        "tls_verify",
        "connection_string",
        "tokenizer_encoding",
        "sinks",
        "header_template",
    ],
)
def test_a_value_that_only_the_environment_knows_is_accepted(field: str) -> None:
    """A variable without a default may have any value."""
    for version in described_releases():
        for name in {
            name.partition(".")[0] for name in (*VALIDATORS, *REWRITTEN_BEFORE_CHECKS)
        } & {*model_names(version)}:
            if field in config_model(name, version).fields:
                found = check_model(name, {field: UNKNOWN}, (), version)
                assert not has_refusal(
                    [each for each in found if each.path == (field,)]
                )


def test_a_model_that_only_the_environment_knows_is_accepted() -> None:
    assert not check_model(
        "MetaReferenceInferenceConfig", {"model": UNKNOWN}, (), (0, 3, 0)
    )


def config_with_stores(**stores: Any) -> dict[str, Any]:
    return {
        "version": 2,
        "distro_name": "x",
        "providers": {},
        "storage": {**STORES, "stores": stores},
    }


@pytest.mark.parametrize(
    ("version", "lost"),
    [
        ((0, 3, 5), []),
        ((0, 4, 0), ["kv_default", "sql_default"]),
        ((1, 0, 0), ["kv_default", "sql_default"]),
    ],
)
def test_stores_that_are_left_out_need_the_default_backends(
    version: tuple[int, ...], lost: list[str]
) -> None:
    data = {**config_with_stores(), "image_name": "x"}
    root = "StackRunConfig" if version < (0, 4) else "StackConfig"
    assert [
        each.expected.split("'")[1]
        for each in check_model(root, data, (), version)
        if has_refusal([each])
    ] == lost


def test_stores_that_are_written_out_need_no_default_backends() -> None:
    kv, sql = (
        {"backend": "kv_a", "namespace": "a"},
        {"backend": "sql_a", "table_name": "a"},
    )
    data = config_with_stores(
        metadata=kv, inference=sql, conversations=sql, prompts=kv, connectors=kv
    )
    assert not has_refusal(check_model("StackConfig", data, (), (0, 8, 0)))


def test_the_loader_rewrites_prompts_and_connectors_to_tables() -> None:
    data = config_with_stores(
        prompts={"backend": "kv_my_kv_store", "namespace": "p"},
        connectors={"backend": "kv_my_kv_store", "namespace": "c"},
        metadata={"backend": "kv_a", "namespace": "m"},
    )
    assert upgrade_config(data, (0, 8, 0)) == data
    assert upgrade_config(data, (1, 0, 0))["storage"]["stores"] == {
        "prompts": {"backend": "sql_my_kv_store", "table_name": "p"},
        "connectors": {"backend": "sql_my_sql_store", "table_name": "c"},
        "metadata": {"backend": "kv_a", "namespace": "m"},
    }


def test_an_address_that_cannot_be_parsed_is_refused() -> None:
    data = {"type": "kubernetes", "api_server_url": "http://[::1"}
    [error] = check_model("KubernetesAuthProviderConfig", data, (), (1, 5, 0))
    assert (error.kind, error.path) == (INVALID, ("api_server_url",))


def test_the_loader_sets_the_version() -> None:
    assert upgrade_config({"version": "two"}, (0, 8, 0)) == {"version": "two"}
    assert upgrade_config({"version": "two"}, (1, 0, 0)) == {"version": 2}


@pytest.mark.parametrize("kind", [None, ""])
def test_an_authentication_without_type_is_switched_off(kind: str | None) -> None:
    auth = {"provider_config": {"type": kind, "jwks": {}}, "access_policy": []}
    data = {"server": {"auth": auth}}
    assert settle_config(data, (0, 5, 4)) == data
    assert settle_config(data, (0, 6, 0)) == {
        "server": {"auth": {"provider_config": None, "access_policy": []}}
    }
