"""What has no successor: taken out, and left as a comment in its place, in every style of writing."""

from __future__ import annotations

import pytest

from stackcfg.migration.engine import migrate, settings_for

HEAD = """\
version: 2
distro_name: demo
"""
TAIL = """\
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /srv/kv.db}
    sql_default: {type: sql_sqlite, db_path: /srv/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
    connectors: {backend: kv_default, namespace: connectors}
"""


def taken_out(
    middle: str, target: str = "0.7", source: str = "0.6"
) -> tuple[str, list[str]]:
    done = migrate(
        HEAD + middle + TAIL, settings_for(target, "preserve", source=source)
    )
    assert done.text.startswith(HEAD)
    assert done.text.endswith(TAIL)
    notes = [
        f"{each.position.line} {each.severity}: {each.message}"
        for each in done.configs[0].notes
    ]
    return done.text.removeprefix(HEAD).removesuffix(TAIL), notes


def test_a_provider_with_its_comments():
    before = """\
providers:
  inference:
  # the cluster
  - provider_id: tgi  # old
    provider_type: remote::tgi
    config:
      # in the rack
      url: http://tgi:8080
  - provider_id: ollama
    provider_type: remote::ollama
"""
    after = """\
providers:
  inference:
  # the cluster
  # taken out: 0.7 has no provider 'remote::tgi' for inference (last in 0.6.1)
  # old
  # - provider_id: tgi
  #   provider_type: remote::tgi
  #   config:
  # in the rack
  #     url: http://tgi:8080
  - provider_id: ollama
    provider_type: remote::ollama
"""
    assert taken_out(before) == (
        after,
        [
            "6 action required: 0.7 has no provider 'remote::tgi' for inference (last in 0.6.1)"
        ],
    )


def test_the_last_of_a_list_leaves_an_empty_one():
    before = """\
providers:
  inference:  # ours
  - provider_id: tgi
    provider_type: remote::tgi
"""
    after = """\
providers:
  inference: []  # ours
  # taken out: 0.7 has no provider 'remote::tgi' for inference (last in 0.6.1)
  # - provider_id: tgi
  #   provider_type: remote::tgi
"""
    assert taken_out(before)[0] == after


def test_a_whole_api_and_its_name():
    before = """\
apis: [inference, post_training]
providers:
  inference: []
  post_training:
  - {provider_id: torch, provider_type: 'inline::torchtune-cpu'}
"""
    after = """\
# taken out: 0.7 has no API 'post_training'
# post_training
apis: [inference]
providers:
  inference: []
  # taken out: 0.7 has no API 'post_training', nothing takes its place
  # post_training:
  # - {provider_id: torch, provider_type: 'inline::torchtune-cpu'}
"""
    assert taken_out(before) == (
        after,
        [
            "3 info: 0.7 has no API 'post_training'",
            "6 action required: 0.7 has no API 'post_training', nothing takes its place",
        ],
    )


def test_in_braces_the_comment_stands_above():
    before = """\
providers:
  inference: [{provider_id: tgi, provider_type: 'remote::tgi'}, {provider_id: o, provider_type: 'remote::ollama'}]
"""
    after = """\
providers:
  # taken out: 0.7 has no provider 'remote::tgi' for inference (last in 0.6.1)
  # {provider_id: tgi, provider_type: 'remote::tgi'}
  inference: [{provider_id: o, provider_type: 'remote::ollama'}]
"""
    assert taken_out(before)[0] == after


def test_what_is_off_is_no_loss():
    before = """\
providers:
  inference:
  - provider_id: ''
    provider_type: remote::tgi
"""
    assert taken_out(before)[1] == [
        "5 info: 0.7 has no provider 'remote::tgi' for inference (last in 0.6.1)"
    ]


@pytest.mark.parametrize(
    ("middle", "notes"),
    [
        (
            "providers:\n  inference:\n  - {provider_id: mine, provider_type: 'remote::our-own'}\n",
            [
                "5 action required: 0.7.3 has no provider 'remote::our-own' for inference; it refuses to start"
            ],
        ),
        (
            "providers:\n  our_api:\n  - {provider_id: mine, provider_type: 'remote::our-own'}\n",
            ["4 action required: 0.7.3 has no API 'our_api'; it refuses to start"],
        ),
        (
            "providers:\n  inference:\n  - {provider_id: mine, provider_type: 'remote::tgi', module: our.module}\n",
            [],
        ),
        (
            "providers:\n  inference:\n  - {provider_id: mine, provider_type: 'remote::our-own'}\n"
            "external_providers_dir: /etc/providers\n",
            [],
        ),
    ],
)
def test_what_no_release_ever_had_stays(middle, notes):
    assert taken_out(middle) == (middle, notes)


def test_an_entry_with_an_anchor_is_only_named():
    before = """\
providers:
  inference:
  - &shared
    provider_id: tgi
    provider_type: remote::tgi
  - provider_id: ollama
    provider_type: remote::ollama
"""
    reason = "0.7 has no provider 'remote::tgi' for inference (last in 0.6.1)"
    refusal = "0.7.3 has no provider 'remote::tgi' for inference (it went after 0.6.1); it refuses to start"
    assert taken_out(before) == (
        before,
        [f"5 action required: {reason}", f"7 action required: {refusal}"],
    )


def test_nothing_goes_where_the_file_can_be_for_the_release():
    middle = "providers:\n  inference:\n  - {provider_id: o, provider_type: 'remote::ollama', config: {url: 'http://o'}}\n"
    done = migrate(HEAD + middle + TAIL, settings_for("0.5", source="0.5"))
    assert done.text == HEAD + middle + TAIL
