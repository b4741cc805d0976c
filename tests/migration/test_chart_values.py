"""Templates that write values of their chart: each folder of `fixtures/charts`.

The files in `before` become those in `after`, with `notes.txt` said. The judges are a renderer of the tests, and
with `-m conformance` Helm itself: what the new chart renders is the migration of what the old one renders.
"""

import json
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from stackcfg.cli.chart_files import find_chart
from stackcfg.loading.chart_values import Chart
from stackcfg.loading.errors import InputError
from stackcfg.migration.engine import MigrationResult, migrate, settings_for
from tests.conformance.helm import VERSION, config_in, helm
from tests.conformance.releases import required
from tests.support.expected import compare_with_file
from tests.support.template_writer import write

ROOT = Path(__file__).parents[2] / "fixtures" / "charts"
TARGETS = {
    "stores-of-values": "0.3",
    "moved-stores": "1.5",
    "providers-of-values": "1.5",
    "sections-of-values": "1.5",
}
AGENTS = {"provider_id": "own", "provider_type": "inline::builtin"}
AUTH = {"provider_config": {"type": "custom", "endpoint": "http://auth"}}
POLICY = [{"permit": {"actions": ["read"], "resource": "model::*"}}]
GIVEN: dict[str, list[dict[str, Any]]] = {
    "stores-of-values": [{}, {"telemetry": True}],
    "moved-stores": [{}, {"telemetry": True}, {"replicas": 2}],
    "sections-of-values": [
        {},
        {"server": None},
        {"vectorStores": {"default_provider_id": "faiss"}},
        {"safety": {"default_shield_id": "llama-guard"}},
        {"registeredResources": None},
    ],
    "providers-of-values": [
        {"url": "http://x/v1", "labels": {"app": "x"}, **given}
        for given in (
            {},
            {"auth": AUTH},
            {"auth": {**AUTH, "access_policy": POLICY}},
            {"auth": {"access_policy": POLICY}},
            {"providers": {"agents": None}},
            {"providers": {"agents": None}, "auth": AUTH},
        )
    ],
}


def template_of(folder: Path) -> Path:
    return folder / "templates" / "config.yaml"


def migrated(case: str) -> MigrationResult:
    path = template_of(ROOT / case / "before")
    text = path.read_text(encoding="utf-8")
    chart = find_chart(str(path), text)
    return migrate(text, settings_for(TARGETS[case])._replace(chart=chart))


@pytest.mark.parametrize("case", GIVEN)
def test_a_template_and_its_values_are_migrated(case: str):
    result = migrated(case)
    after = ROOT / case / "after"
    compare_with_file(result.text, template_of(after))
    compare_with_file(result.values, after / "values.yaml")
    notes = [
        f"{note.position.line}:{note.position.column}: {note.severity}: {note.message}\n"
        for note in result.configs[0].notes
    ]
    compare_with_file("".join(notes), ROOT / case / "notes.txt")


def test_every_fixture_has_values():
    assert {path.name for path in ROOT.iterdir()} == set(GIVEN)


def merged(one: Any, other: Any) -> Any:
    """Return values with those of a user, as Helm puts them together."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other
    return {**one, **{key: merged(one.get(key), other[key]) for key in other}}


def render(folder: Path, given: dict[str, Any]) -> str:
    values = merged(yaml.safe_load((folder / "values.yaml").read_text()), given)
    root = {"Values": deepcopy(values), "Release": {"Name": "r"}}
    lines = template_of(folder).read_text().split("\n")
    return "\n".join(write(lines, root, {"$": root}))


def render_with_helm(
    helm: Path, folder: Path, given: dict[str, Any], place: Path
) -> str:
    chart = place / folder.name
    shutil.copytree(folder, chart)
    chart.joinpath("Chart.yaml").write_text(
        "apiVersion: v2\nname: server\nversion: 0.1.0\n"
    )
    chart.joinpath("given.json").write_text(json.dumps(given))
    command = [str(helm), "template", "r", str(chart), "-f", str(chart / "given.json")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


CASES = [(case, index) for case, given in GIVEN.items() for index in range(len(given))]


@pytest.mark.parametrize(("case", "index"), CASES)
def test_a_new_chart_renders_the_migration_of_what_the_old_one_renders(
    case: str, index: int
):
    given = GIVEN[case][index]
    old = render(ROOT / case / "before", given)
    new = render(ROOT / case / "after", given)
    assert config_in(new) == config_in(migrate(old, settings_for(TARGETS[case])).text)


@pytest.mark.conformance
@pytest.mark.parametrize(("case", "index"), CASES)
def test_helm_renders_the_migration(case: str, index: int, tmp_path: Path):
    program = required(VERSION, helm)
    given = GIVEN[case][index]
    old = render_with_helm(program, ROOT / case / "before", given, tmp_path)
    new = render_with_helm(program, ROOT / case / "after", given, tmp_path)
    assert config_in(new) == config_in(migrate(old, settings_for(TARGETS[case])).text)


@pytest.mark.parametrize("case", GIVEN)
def test_a_second_run_changes_nothing(case: str):
    after = ROOT / case / "after"
    text = template_of(after).read_text()
    values = (after / "values.yaml").read_text()
    chart = Chart(values, "values.yaml")
    result = migrate(text, settings_for(TARGETS[case])._replace(chart=chart))
    assert (result.text, result.values) == (text, values)
    assert not result.changed


TEMPLATE = """\
kind: ConfigMap
data:
  run.yaml: |
    version: 2
    providers:
      inference:
      - provider_id: ollama
        provider_type: remote::ollama
      vector_io:
      - provider_id: faiss
        provider_type: inline::faiss
        config:
          kvstore:
            {{- toYaml .Values.store | nindent 12 }}
    metadata_store:
      type: sqlite
      db_path: /data/registry.db
"""
VALUES = "store:\n  type: sqlite\n  db_path: /data/faiss.db\n"


class TestValuesThatAreRefused:
    """The line says what cannot be proved."""

    @pytest.mark.parametrize(
        ("template", "values", "others", "line"),
        [
            # something else reads what would change
            (TEMPLATE, VALUES, ("{{ .Values.store.type }}",), 14),
            (TEMPLATE, VALUES, ("{{ $s := .Values.store }}",), 14),
            (TEMPLATE, VALUES, ('{{ index .Values "store" | toJson }}',), 14),
            (
                TEMPLATE.replace("data:", "# {{ .Values.store.db_path }}\ndata:"),
                VALUES,
                (),
                2,
            ),
            # the value is not in lines of its own
            (TEMPLATE, "store: {type: sqlite, db_path: /data/faiss.db}\n", (), 14),
            (TEMPLATE, "a: &a\n  type: sqlite\n  db_path: /x\nstore: *a\n", (), 14),
            # a value of something that is not the chart's
            (TEMPLATE.replace(".Values.store", "$store"), VALUES, (), 14),
            # what is behind the value belongs to its last key
            (
                TEMPLATE.replace(
                    "    metadata_store", "              path: /x\n    metadata_store"
                ),
                "store:\n  type: sqlite\n  more:\n    a: 1\n",
                (),
                14,
            ),
            # a value that is not known would be lost
            (
                TEMPLATE.replace(
                    "      type: sqlite\n      db_path: /data/registry.db\n",
                    "      {{- if .Values.registry }}\n"
                    "      {{- toYaml .Values.registry | nindent 6 }}\n"
                    "      {{- else }}\n      type: sqlite\n"
                    "      db_path: /data/registry.db\n      {{- end }}\n",
                ),
                VALUES + "registry: {}\n",
                (),
                17,
            ),
        ],
    )
    def test_what_cannot_be_proved(
        self, template: str, values: str, others: tuple[str, ...], line: int
    ):
        chart = Chart(values, "values.yaml", others)
        with pytest.raises(InputError) as error:
            migrate(template, settings_for("0.3")._replace(chart=chart))
        assert error.value.position.line == line
        assert "a template decides about the structure" in error.value.message

    def test_without_its_chart_a_template_names_that(self):
        with pytest.raises(InputError) as error:
            migrate(TEMPLATE, settings_for("0.3"))
        assert error.value.position == (14, 13)
        assert error.value.hint.startswith("name the folder of its chart, ")
        chart = Chart("a: 1\n", "values.yaml")
        given = TEMPLATE.replace(".Values.store", "$store")
        with pytest.raises(InputError) as error:
            migrate(given, settings_for("0.3")._replace(chart=chart))
        assert error.value.hint.startswith("render it first ")

    def test_whether_there_is_a_value_may_be_asked(self):
        chart = Chart(VALUES, "values.yaml", ("{{- if .Values.store }}",))
        result = migrate(TEMPLATE, settings_for("0.3")._replace(chart=chart))
        assert yaml.safe_load(result.values) == {
            "store": {"backend": "kv_default", "namespace": "vector_io::faiss"}
        }

    def test_an_empty_value_stays_and_those_of_users_are_named(self):
        chart = Chart("store: {}\n", "values.yaml")
        result = migrate(TEMPLATE, settings_for("0.3")._replace(chart=chart))
        assert "{{- toYaml .Values.store | nindent 12 }}" in result.text
        assert result.values == "store: {}\n"
        (note,) = [
            each for each in result.configs[0].notes if "'store'" in each.message
        ]
        assert (note.severity, note.position) == ("action required", (14, 13))
