"""The hops to a release, and what becomes of a file that can be for several releases."""

from __future__ import annotations

from itertools import pairwise

import pytest

from stackcfg.loading.configs import read_documents
from stackcfg.migration.engine import InputError, migrate, settings_for
from stackcfg.migration.schedule import hops_to
from stackcfg.migration.steps import EVERY_FAMILY, STEPS, Step, steps_for
from stackcfg.releases.families import families
from stackcfg.yamltext.values import data_of

MANY = """\
version: 2
distro_name: demo
providers: {}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /srv/kv.db}
    sql_default: {type: sql_sqlite, db_path: /srv/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
"""Read by 0.5.0 and all later ones; from 1.0.0 on with the namespace before the keys."""


@pytest.mark.parametrize("target", families(), ids=lambda family: family.name)
def test_hops_are_in_the_order_of_releases_and_end_at_the_target(target):
    way = hops_to(target)
    assert all(one.since <= other.since for one, other in pairwise(way))
    assert all(each.since <= target.last for each in way)
    due = {
        step.name
        for step in STEPS
        if step.since != EVERY_FAMILY and step.since <= target.last
    }
    assert {
        step.name for each in way for step in each.steps if step.since != EVERY_FAMILY
    } == due
    assert all(each.target.last[:2] == each.since[:2] for each in way)


def test_steps_of_every_family_run_once_for_each_family_after_0_3():
    last = families()[-1]
    looks = [
        each.target.name
        for each in hops_to(last)
        if any(step.since == EVERY_FAMILY for step in each.steps)
    ]
    assert looks == [family.name for family in families() if family.first > (0, 3, 0)]


def _step(name: str) -> Step:
    return next(step for step in STEPS if step.name == name)


@pytest.mark.parametrize(
    "word",
    [r"eval\x5ftasks", r"eval\u005Ftasks", r"eval\U0000005ftasks", "eval_\\\n  tasks"],
)
def test_a_step_looks_at_a_document_in_which_an_escape_hides_its_word(word):
    [document] = read_documents(f'- "{word}"\n')
    assert data_of(document.root) == ["eval_tasks"]
    step = _step("v0_1.eval_tasks")
    assert steps_for(document, [step]) == [step]


def test_a_step_does_not_look_at_a_document_whose_escapes_hide_no_word():
    [document] = read_documents('name: "\\u200B\\n"\n')
    assert not steps_for(document, [_step("v0_1.eval_tasks")])


def test_a_change_of_meaning_asks_for_the_release():
    done = migrate(MANY, settings_for("1.0", "preserve"))
    assert (done.text, done.changed, done.needs_action) == (MANY, False, False)
    [found] = done.configs[0].notes
    assert (found.severity, found.position.line) == ("check", 9)
    assert found.message.endswith(
        "this file can be for either: say with --from which release it is for"
    )


def test_a_file_of_a_given_older_release_is_changed():
    done = migrate(MANY, settings_for("1.0", "preserve", source="0.7"))
    assert done.text == MANY.replace("namespace: registry", 'namespace: ""')


def test_a_file_of_a_given_later_release_is_left_as_it_is():
    done = migrate(MANY, settings_for("1.0", "preserve", source="1.0"))
    assert (done.text, done.configs[0].notes) == (MANY, ())


@pytest.mark.parametrize("layout", ["consolidate", "preserve"])
def test_what_an_earlier_step_wrote_is_known_to_be_new(layout):
    """A file that says nothing of its age: the catalog that it gets is of 0.3, and what 0.8 moves in that is moved."""
    text = "version: 2\nimage_name: minimal\napis: [inference]\nproviders: {inference: []}\n"
    in_one_go, hops = migrate(text, settings_for("1.4", layout)).text, text
    for family in families()[:-1]:
        if family.first >= (0, 3, 0):
            hops = migrate(hops, settings_for(family.name, layout)).text
    assert in_one_go == hops
    assert "~/.ogx" in in_one_go
    assert "~/.llama" not in in_one_go


@pytest.mark.parametrize(
    ("server", "releases"),
    [
        ("{port: 8321}", "0.1.2 to 0.2.24"),
        ("{auth: {endpoint: 'https://auth.example'}}", "0.1.8 to 0.2.3"),
        (
            "{auth: {provider_config: {type: custom, endpoint: 'https://auth.example'}}}",
            "0.2.15 to 0.2.24",
        ),
        ("{disable_ipv6: true}", "0.2.6 to 0.2.7"),
    ],
)
def test_keys_of_the_server_tell_the_releases_of_a_file(server, releases):
    text = f"version: 2\nimage_name: demo\nproviders: {{}}\nmetadata_store: {{type: sqlite}}\nserver: {server}\n"
    done = migrate(text, settings_for("0.4")._replace(detect=True))
    assert done.configs[0].was_for == releases


def test_a_step_says_what_differs_where_it_answers_a_change_of_meaning():
    for step in STEPS:
        assert bool(step.differs) == (step.applies == "changed meaning"), step.name


LATER = """\
version: 2
distro_name: x
models: []
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /d/kv.db}
    sql_default: {type: sql_sqlite, db_path: /d/sql.db}
  stores: {metadata: {backend: kv_default, namespace: registry}}
providers: {}
"""


def test_a_file_of_later_releases_is_left_as_it_is():
    done = migrate(LATER, settings_for()._replace(detect=True))
    assert (done.text, done.changed, done.needs_action) == (LATER, False, False)
    assert done.configs[0].notes == ()
    assert done.configs[0].was_for == "0.5.0 or later"


def test_a_file_of_later_releases_is_refused_if_the_target_was_asked_for():
    with pytest.raises(InputError) as error:
        migrate(LATER, settings_for("0.3"))
    assert error.value.message == (
        "this file is for 0.5.0 or later; downgrading to 0.3 is not supported"
    )
    assert error.value.position.line == 2


def test_a_file_of_a_given_release_is_completed_whatever_it_looks_like():
    text = LATER.replace("models: []", "models: [{model_id: m, provider_id: p}]")
    done = migrate(text, settings_for("0.3", source="0.3"))
    assert "registered_resources" in done.text
    assert migrate(LATER, settings_for("0.3", source="0.3")).text == LATER


def test_an_inline_store_in_a_file_of_later_releases_is_converted():
    inline = "inference_store: {type: sqlite, db_path: /d/i.db}\n"
    later = "connectors: []\nvector_stores: {}\nsafety: {}\n"
    done = migrate(LATER + later + inline, settings_for())
    assert "inference_store: {" not in done.text


TWO_AGES = """\
distro_name: x
providers:
  inference:
  - provider_id: azure
    provider_type: remote::azure
    config: {api_key: k, api_base: 'https://a.example'}
    # only 0.3 and earlier
  - {provider_id: v, provider_type: 'remote::vllm', config: {url: 'http://v/v1'}}
"""


def test_what_a_migration_would_leave_is_refused_as_the_next_run_would_refuse_it():
    with pytest.raises(InputError) as error:
        migrate(TWO_AGES, settings_for("0.4"))
    assert error.value.message == (
        "'distro_name' is for 0.5.0 or later, and other entries are for other "
        "releases; a migration to 0.4 would mix them"
    )
    assert error.value.position.line == 1


def test_a_given_release_is_not_judged_by_what_the_migration_leaves():
    done = migrate(TWO_AGES, settings_for("0.4", source="0.3"))
    assert done.changed
    assert not migrate(done.text, settings_for("0.4", source="0.3")).changed
