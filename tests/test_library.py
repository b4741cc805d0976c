"""The library's face: what `import stackcfg` offers, and that start-up stays light."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

import stackcfg
from stackcfg.loading.errors import NotRunConfigError
from stackcfg.validation.findings import Finding
from tests.support.running import OLD, ROOT, STARTER, environment

CLEAN = (STARTER / "output.yaml").read_text()
BROKEN = CLEAN.replace("backend: kv_default", "backend: kv_defualt", 1)
PROVIDER = {
    "api": "eval",
    "provider_type": "inline::mine",
    "family": "kv",
    "field": "kvstore",
    "new_field": "persistence",
}
OWN = """\
metadata_store: {type: sqlite, db_path: /d/r.db}
providers:
  eval:
  - provider_id: mine
    provider_type: inline::mine
    config:
      kvstore: {type: sqlite, db_path: /d/mine.db}
"""
NEWER = "version: 2\ndistro_name: mine\nproviders: {}\nstorage:\n  backends: {}\nconnectors: []\n"


def fits_schema(entry: dict[str, object], report: str, name: str) -> None:
    """Check one file's entry against the published schema of a report."""
    schema = json.loads((ROOT / "schemas" / report).read_text())
    shape = {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}
    Draft202012Validator(shape).validate(entry)


class TestExports:
    def test_errors_share_one_base(self):
        from stackcfg import InputError, ProofError, StackcfgError

        assert issubclass(InputError, StackcfgError)
        assert issubclass(ProofError, StackcfgError)

    def test_roundtrip_is_imported_on_use(self):
        from stackcfg import roundtrip

        assert roundtrip is stackcfg.roundtrip

    def test_every_exported_name_exists(self):
        assert [name for name in stackcfg.__all__ if not hasattr(stackcfg, name)] == []

    def test_an_unknown_name_is_an_attribute_error(self):
        with pytest.raises(AttributeError, match="has no attribute 'migrated'"):
            stackcfg.migrated  # noqa: B018

    def test_the_import_loads_nothing_else(self):
        script = (
            "import sys, stackcfg; print([m for m in sys.modules if 'stackcfg' in m])"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            env=environment(),
            check=True,
        )
        assert done.stdout == "['stackcfg']\n"


class TestMigrate:
    def test_the_result_has_the_new_text(self):
        migration = stackcfg.migrate((STARTER / "input.yaml").read_text())
        assert (migration.text, migration.changed) == (CLEAN, True)

    def test_every_option_of_the_command_is_a_keyword(self):
        later = stackcfg.migrate(OLD, target="0.4", from_release="0.2.10")
        assert "kv_default" in later.text
        preserved = stackcfg.migrate(OLD, layout="preserve")
        assert "db_path: /data/registry.db" in preserved.text

    def test_a_declared_provider_is_no_guess(self):
        assert "backend: kv_mine" in stackcfg.migrate(OWN).text
        migration = stackcfg.migrate(OWN, providers=[PROVIDER])
        assert "persistence:\n        backend: kv_default" in migration.text

    def test_a_newer_file_is_refused_only_for_a_named_target(self):
        assert stackcfg.migrate(NEWER).text == NEWER
        with pytest.raises(stackcfg.InputError) as caught:
            stackcfg.migrate(NEWER, target="0.4")
        assert caught.value.position == (2, 1)

    def test_its_entry_is_that_of_the_json_report(self):
        entry = stackcfg.migrate(OLD).to_dict("run.yaml")
        fits_schema(entry, "migrate-report-v2.json", "FileReport")
        assert (entry["file"], entry["status"]) == ("run.yaml", "migrated")
        assert entry["configs"][0]["releases"] == "0.2.8 to 0.2.24"


class TestValidate:
    def test_findings_are_data(self):
        validation = stackcfg.validate(BROKEN)
        assert (validation.errors, validation.ignored) == (1, 0)
        [finding] = validation.findings
        assert isinstance(finding, Finding)
        assert (finding.rule, finding.severity) == ("unknown-backend", "error")
        assert finding.span.start == (25, 18)

    def test_every_option_of_the_command_is_a_keyword(self):
        assert stackcfg.validate(CLEAN, target="0.3.0").findings == ()
        assert stackcfg.validate(BROKEN, select=["tilde-path"]).findings == ()
        assert stackcfg.validate(BROKEN, ignore={"unknown-backend"}).findings == ()
        schema = {"type": "object", "required": ["team"]}
        for given in (schema, json.dumps(schema)):
            found = stackcfg.validate(CLEAN, schema=given).findings
            assert [each.rule for each in found] == ["schema"]

    def test_its_entry_is_that_of_the_json_report(self):
        entry = stackcfg.validate(BROKEN).to_dict("run.yaml")
        fits_schema(entry, "validate-report-v1.json", "CheckedFile")
        assert [each["rule"] for each in entry["diagnostics"]] == ["unknown-backend"]


class TestErrors:
    @pytest.mark.parametrize("function", [stackcfg.migrate, stackcfg.validate])
    def test_text_that_is_not_yaml_names_its_position(self, function):
        with pytest.raises(stackcfg.InputError) as caught:
            function("image_name: [a\nproviders: {}\n")
        assert caught.value.position == (1, 13)

    @pytest.mark.parametrize("function", [stackcfg.migrate, stackcfg.validate])
    def test_text_without_a_run_config_is_refused(self, function):
        with pytest.raises(NotRunConfigError, match="not a run config"):
            function("services: {}\n")

    @pytest.mark.parametrize("function", [stackcfg.migrate, stackcfg.validate])
    def test_an_unknown_target_is_a_value_error(self, function):
        with pytest.raises(ValueError, match="target '9' is not one of"):
            function(CLEAN, target="9")

    @pytest.mark.parametrize("function", [stackcfg.migrate, stackcfg.validate])
    def test_a_bad_provider_is_named(self, function):
        with pytest.raises(stackcfg.StackcfgError, match="unknown key 'feld'"):
            function(OWN, providers=[{"feld": 1}])

    @pytest.mark.parametrize(
        ("function", "arguments", "message"),
        [
            (stackcfg.migrate, {"text": b""}, "text must be str, not bytes"),
            (stackcfg.validate, {"text": {}}, "text must be str, not dict"),
            (stackcfg.migrate, {"target": 0.3}, "target must be str, not float"),
            (stackcfg.migrate, {"layout": None}, "layout must be str, not NoneType"),
            (
                stackcfg.migrate,
                {"from_release": (0, 2)},
                "from_release must be str, not tuple",
            ),
            (
                stackcfg.validate,
                {"select": "unknown-key"},
                "select must be a list of rule ids, not str",
            ),
        ],
    )
    def test_an_argument_of_a_wrong_type_is_named(self, function, arguments, message):
        with pytest.raises(TypeError, match=message):
            function(**{"text": CLEAN, **arguments})

    def test_an_error_says_what_to_write(self):
        error = stackcfg.StackcfgError("no such thing", hint="name another")
        assert str(error) == "no such thing; name another"
        assert (error.message, error.position) == ("no such thing", (0, 0))
