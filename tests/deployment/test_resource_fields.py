"""Every field of the old resource has a row, and no row can go unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from stackcfg.deployment.engine import migrate_deployment
from stackcfg.deployment.resource import transforms
from stackcfg.deployment.resource.transforms import TRANSFORMS
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.manifests.objects import OLD_SERVER, SERVER
from stackcfg.migration.settings import settings_for
from stackcfg.releases.custom_resources import custom_resource
from stackcfg.releases.resource_changes import SECTION, field_changes
from tests.deployment.test_resource_fixtures import CASES, migrate_case, said
from tests.support.texts import read

ROWS = field_changes()
OLD_ROWS = [row for row in ROWS if row.old]
OLD_NAMES = [".".join(row.old) for row in OLD_ROWS]
SETTINGS = DeploymentSettings(settings_for("1.5"))
SMALL = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata: {name: small}
spec:
  server:
    distribution: {name: starter}
"""


def convert(text: str):
    [found] = migrate_deployment([("input.yaml", text)], SETTINGS)
    return found


def outcome(case: Path) -> tuple[str, str]:
    found = migrate_case(case, read(case / "input.yaml"))[0]
    return found.result.text, said(found)


@pytest.fixture(scope="module")
def complete() -> dict[Path, tuple[str, str]]:
    return {case: outcome(case) for case in CASES}


def test_every_field_of_the_old_resource_has_a_row():
    known = {row.old for row in OLD_ROWS}
    holders = {row.old[:length] for row in OLD_ROWS for length in range(len(row.old))}
    for name in custom_resource(OLD_SERVER).paths:
        path = tuple(name.replace("[]", ".[]").replace("{}", ".{}").split("."))
        if path[0] != "spec" or path in holders:
            continue
        below = [path[:length] for length in range(1, len(path) + 1)]
        assert any(each in known for each in below), name


def test_every_row_leads_to_a_field_of_the_new_resource():
    resource = custom_resource(SERVER)
    for row in ROWS:
        assert not row.new or resource.field(".".join(row.new)), row


def test_every_row_has_a_transform_and_every_transform_a_row():
    assert {row.transform for row in ROWS} == set(TRANSFORMS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ".".join(row.old or row.new))
def test_a_row_that_is_missing_is_noticed(row, complete, monkeypatch):
    rest = tuple(each for each in ROWS if each is not row)
    monkeypatch.setattr(transforms, "field_changes", lambda: rest)
    if row.old == ("spec", "server", "distribution") or row.transform == SECTION:
        # a mapping of other fields: only comments are for it
        return
    # most are noticed in one of the first fixtures
    assert any(outcome(case) != complete[case] for case in CASES)


@pytest.mark.parametrize("row", OLD_ROWS, ids=OLD_NAMES)
def test_a_field_without_a_row_is_named(row, monkeypatch):
    below = [
        each
        for each in OLD_ROWS
        if each.old != row.old and each.old[: len(row.old)] == row.old
    ]
    if below:
        return
    rest = tuple(each for each in ROWS if each is not row)
    monkeypatch.setattr(transforms, "field_changes", lambda: rest)
    texts = {case: read(case / "input.yaml") for case in CASES}
    given = [
        case
        for case, text in texts.items()
        if "{{-" not in text and has_field(text, row.old)
    ]
    assert given, "no fixture has the field"
    for case in given:
        words = said(migrate_case(case, read(case / "input.yaml"))[0])
        assert f"action required: '{'.'.join(row.old)}' is not carried over" in words


def has_field(text: str, path: tuple[str, ...]) -> bool:
    objects = [data for data in yaml.safe_load_all(text) if data]
    lists = [data.get("items") or data.get("objects") or [data] for data in objects]
    for data in (item for items in lists for item in items):
        for part in path:
            data = data.get(part) if isinstance(data, dict) else None
        if data is not None:
            return True
    return False


@pytest.mark.parametrize(
    "written",
    [
        "  retries: 3",
        "  server: {distribution: {name: starter}, retries: 3}",
        "  server: {distribution: {name: starter, tag: x}}",
        "  network: {retries: 3}",
    ],
)
def test_a_field_that_no_release_has_is_named(written):
    head, _, _ = SMALL.partition("  server:")
    text = f"{head}{written}\n"
    if "server" not in written:
        text = f"{SMALL}{written}\n"
    notes = said(convert(text))
    assert "is not carried over: no release of the old operator has such" in notes


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("  network: {allowedFrom: {namespaces: web}}", "allowedFrom.namespaces"),
        ("  network: {exposeRoute: [true]}", "exposeRoute"),
        ("  replicas: {a: 1}", "replicas"),
    ],
)
def test_a_value_of_another_type_is_named_and_left_out(written, name):
    found = convert(f"{SMALL}{written}\n")
    assert f"{name}' is not carried over: it is no" in said(found)
    assert found.result.needs_action


def test_what_the_new_operator_refuses_is_named_at_the_old_field():
    found = convert(f"{SMALL}    containerSpec: {{env: [{{value: x}}]}}\n")
    [note] = [
        note
        for config in found.result.configs
        for note in config.notes
        if note.severity == "action required"
    ]
    assert "has no 'name'; the API server refuses it" in note.message
    assert note.position.line == 7


def test_a_name_that_is_too_long_is_named():
    text = SMALL.replace(
        "small", "a-name-of-a-server-that-is-much-longer-than-a-label-may-be"
    )
    assert "has more than 63 characters" in said(convert(text))


OLLAMA = (
    "    containerSpec: {{{words}env: [{{name: OLLAMA_URL, value: 'http://o:1'}}]}}\n"
)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("", "http://o:1/v1"),
        ("command: [llama, stack, run, starter], ", "http://o:1/v1"),
        ("command: [llama, stack, run, /config/run.yaml], ", "http://o:1"),
        ("args: [/config/run.yaml], ", "http://o:1"),
    ],
)
def test_an_address_is_completed_only_for_the_config_of_the_image(words, value):
    found = convert(SMALL + OLLAMA.format(words=words))
    [server] = yaml.safe_load_all(found.result.text)
    variables = server["spec"]["workload"]["overrides"]["env"]
    assert {"name": "OLLAMA_URL", "value": value} in variables


@pytest.mark.parametrize(
    ("words", "is_off"),
    [
        ("workers: 2", True),
        ("workers: 1", False),
        ("containerSpec: {env: [{name: LLS_WORKERS, value: '4'}]}", True),
        ("containerSpec: {env: [{name: LLS_WORKERS, value: '1'}]}", False),
        ("containerSpec: {command: [uvicorn, 'a:b', --workers, '2']}", True),
        ("containerSpec: {command: [sh, -c, 'uvicorn a:b --workers=3']}", True),
    ],
)
def test_monitoring_is_off_with_several_workers(words, is_off):
    found = convert(f"{SMALL}    {words}\n")
    [server] = yaml.safe_load_all(found.result.text)
    assert server["spec"].get("monitoring") == ({"enabled": False} if is_off else None)
