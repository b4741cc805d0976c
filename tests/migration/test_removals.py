"""Entries without a successor become comments in their place, in every style of writing."""

from __future__ import annotations

import pytest

from stackcfg.migration.engine import migrate, settings_for

TGI = (
    "provider 'remote::tgi' of inference was removed after 0.6.1 and has no replacement"
)

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


def remove(
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


def test_a_provider_is_commented_out_with_its_comments():
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
  # commented out by stackcfg: provider 'remote::tgi' of inference was removed after 0.6.1 and has no replacement
  # - provider_id: tgi  # old
  #   provider_type: remote::tgi
  #   config:
  #     # in the rack
  #     url: http://tgi:8080
  - provider_id: ollama
    provider_type: remote::ollama
"""
    assert remove(before) == (
        after,
        [f"6 action required: {TGI}; commented out"],
    )


def test_a_list_that_loses_its_last_item_becomes_empty():
    before = """\
providers:
  inference:  # ours
  - provider_id: tgi
    provider_type: remote::tgi
"""
    after = """\
providers:
  inference: []  # ours
  # commented out by stackcfg: provider 'remote::tgi' of inference was removed after 0.6.1 and has no replacement
  # - provider_id: tgi
  #   provider_type: remote::tgi
"""
    assert remove(before)[0] == after


def test_a_removed_api_leaves_providers_and_apis():
    before = """\
apis: [inference, post_training]
providers:
  inference: []
  post_training:
  - {provider_id: torch, provider_type: 'inline::torchtune-cpu'}
"""
    after = """\
# commented out by stackcfg: 0.7 has no API 'post_training'
# post_training
apis: [inference]
providers:
  inference: []
  # commented out by stackcfg: API 'post_training' was removed after 0.6.1 and has no replacement
  # post_training:
  # - {provider_id: torch, provider_type: 'inline::torchtune-cpu'}
"""
    assert remove(before) == (
        after,
        [
            "3 info: 0.7 has no API 'post_training'; commented out",
            "6 check: API 'post_training' was removed after 0.6.1 and has no replacement; commented out",
        ],
    )


def test_the_comment_for_a_part_of_a_flow_list_is_over_its_line():
    before = """\
providers:
  inference: [{provider_id: tgi, provider_type: 'remote::tgi'}, {provider_id: o, provider_type: 'remote::ollama'}]
"""
    after = """\
providers:
  # commented out by stackcfg: provider 'remote::tgi' of inference was removed after 0.6.1 and has no replacement
  # {provider_id: tgi, provider_type: 'remote::tgi'}
  inference: [{provider_id: o, provider_type: 'remote::ollama'}]
"""
    assert remove(before)[0] == after


EVAL = "API 'eval' was removed after 0.7.3 and has no replacement"


@pytest.mark.parametrize(
    ("providers", "note"),
    [
        ("eval: []", f"info: {EVAL}"),
        (
            "eval: [{provider_id: __disabled__, provider_type: 'inline::meta-reference'}]",
            f"info: {EVAL}",
        ),
        ("eval: [{provider_id: e, provider_type: 'remote::nvidia'}]", f"check: {EVAL}"),
        (
            "eval: [{provider_id: e, provider_type: 'inline::meta-reference', "
            "config: {kvstore: {backend: kv_default, namespace: eval}}}]",
            f"action required: {EVAL}, so its stored rows are not read",
        ),
    ],
)
def test_a_removed_api_needs_action_where_rows_are_lost(providers: str, note: str):
    notes = remove(f"providers:\n  {providers}\n", "0.8", "0.7")[1]
    assert notes == [f"4 {note}; commented out"]


@pytest.mark.parametrize(
    ("middle", "note"),
    [
        (
            "registered_resources:\n  shields: [{shield_id: s}]\nproviders: {}\n",
            "4 action required: 'shields' was removed after 0.8.0; set 'moderation_endpoint' of the provider of responses; commented out",
        ),
        (
            "providers: {}\nsafety: {default_shield_id: s}\n",
            "4 check: 'safety' was removed after 0.8.0; set 'moderation_endpoint' of the provider of responses; commented out",
        ),
        (
            "providers: {}\nserver: {quota: {kvstore: {backend: kv_default, namespace: q}}}\n",
            "4 check: 'quota' was removed after 0.8.0; limit requests in a gateway in front; commented out",
        ),
    ],
)
def test_a_removed_key_needs_action_where_resources_are_lost(middle: str, note: str):
    done = migrate(HEAD + middle + TAIL, settings_for("1.0", source="0.8"))
    assert note in [
        f"{each.position.line} {each.severity}: {each.message}"
        for each in done.configs[0].notes
    ]


def test_what_a_later_release_has_again_stays():
    before = """\
providers:
  inference:
  - provider_id: bedrock
    provider_type: remote::bedrock
    config: {aws_access_key_id: id, aws_secret_access_key: key}
"""
    after, notes = remove(before, "0.8", "0.3")
    assert after == before
    assert not any("aws" in note for note in notes)
    reasons = remove(before, "0.7", "0.3")[1]
    assert len([each for each in reasons if "action required: 'aws_" in each]) == 2


def test_a_disabled_provider_is_only_information():
    before = """\
providers:
  inference:
  - provider_id: ''
    provider_type: remote::tgi
"""
    assert remove(before)[1] == [f"5 info: {TGI}; commented out"]


@pytest.mark.parametrize(
    ("middle", "notes"),
    [
        (
            "providers:\n  inference:\n  - {provider_id: mine, provider_type: 'remote::our-own'}\n",
            [
                "5 check: 0.7.3 has no provider 'remote::our-own' for inference; it refuses to start (also before the migration)"
            ],
        ),
        (
            "providers:\n  our_api:\n  - {provider_id: mine, provider_type: 'remote::our-own'}\n",
            [
                "4 check: 0.7.3 has no API 'our_api'; it refuses to start (also before the migration)"
            ],
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
def test_providers_that_no_release_had_stay(middle, notes):
    assert remove(middle) == (middle, notes)


def test_an_entry_with_an_anchor_is_only_reported():
    before = """\
providers:
  inference:
  - &shared
    provider_id: tgi
    provider_type: remote::tgi
  - provider_id: ollama
    provider_type: remote::ollama
"""
    reason = TGI
    refusal = (
        "0.7.3 has no provider 'remote::tgi' for inference (removed after 0.6.1); it refuses to start; "
        "remove it, or choose another; nearest known types: remote::oci, remote::gemini, remote::groq"
    )
    assert remove(before) == (
        before,
        [f"5 action required: {reason}", f"7 action required: {refusal}"],
    )


def test_a_file_that_can_be_for_the_release_keeps_everything():
    middle = "providers:\n  inference:\n  - {provider_id: o, provider_type: 'remote::ollama', config: {url: 'http://o'}}\n"
    done = migrate(HEAD + middle + TAIL, settings_for("0.5", source="0.5"))
    assert done.text == HEAD + middle + TAIL
