"""The list of rules: each has an id, a page and examples, and is found by its id."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import pytest

from stackcfg.cli import explain as command_explain
from stackcfg.cli.explain import document, row_document
from stackcfg.cli.rule_pages import ROW_RULES_FILE, list_rules, rule_page
from stackcfg.data import row_rules
from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.releases.stores import load_store_fields
from stackcfg.validation import rules
from stackcfg.validation.engine import validate
from stackcfg.validation.extra_rules import SCHEMA, UNUSED_IGNORE
from stackcfg.validation.findings import ERROR, SEVERITIES, RuleInfo
from stackcfg.validation.fix_pages import describe_fix_of
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.known_rules import rule_infos
from stackcfg.validation.manifest_rules import load_manifest_rules
from stackcfg.validation.rules import (
    NEVER_ERRORS,
    ONLY,
    RULES,
    TOO,
    claim_errors,
    load_rule,
    load_rules,
)
from stackcfg.validation.settings import settings_for
from tests.support.expected import compare_with_file
from tests.support.in_process import run_here
from tests.support.running import ROOT

FOLDER = Path(str(rules.__file__)).parent
FIXTURES = ROOT / "fixtures" / "validate"
INFOS = list(rule_infos())
IDS = [info.id for info in INFOS]


def name_of(info: RuleInfo) -> str:
    return info.id


class TestList:
    def test_every_module_of_the_package_is_listed_once(self):
        modules = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
        assert sorted(rule.id.replace("-", "_") for rule in load_rules()) == modules

    def test_a_rule_is_declared_in_the_module_of_its_name(self):
        for rule in load_rules():
            name = rule.id.replace("-", "_")
            module = import_module(f"stackcfg.validation.rules.{name}")
            assert module.RULE is rule
            assert rule.page == module.__doc__

    def test_a_rule_finds_something_and_claims_what_it_reports(self):
        for rule in load_rules():
            reports = rule.describe or rule.report
            assert rule.check or reports, rule.id
            assert rule.claims or rule.kinds or not reports, rule.id

    def test_the_table_says_what_a_rule_claims(self):
        for listed in RULES:
            rule = load_rule(listed.id)
            expected = ""
            if rule.claims or rule.kinds:
                expected = TOO if rule.check else ONLY
            # its report is also about what the server changes
            if rule.id == "retyped-default":
                expected = TOO
            assert listed.claims == expected, rule.id

    def test_a_rule_that_is_never_an_error_says_so_nowhere(self):
        for rule in map(load_rule, NEVER_ERRORS):
            source = Path(import_module(rule.check.__module__).__file__).read_text()
            assert rule.severity != ERROR, rule.id
            assert not rule.claims, rule.id
            assert not rule.kinds, rule.id
            assert source.count("severity=") == 0, rule.id

    def test_ids_are_unique_and_easy_to_type(self):
        assert len(set(IDS)) == len(IDS)
        assert [
            name for name in IDS if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        ] == []

    def test_ids_are_no_words_of_the_command_line(self):
        """A rule `all` could not be distinguished from the word for all rules."""
        assert not {"all", "none", "default"} & set(IDS)

    def test_the_two_rules_about_the_validation_come_last(self):
        assert [info.id for info in INFOS] == [
            *(rule.id for rule in load_rules()),
            *(rule.id for rule in load_manifest_rules()),
            UNUSED_IGNORE.id,
            SCHEMA.id,
        ]

    def test_only_some_rules_check_old_configs(self):
        """`old-config` reports an old file as a whole; few other findings apply to it."""
        old_too = {listed.id for listed in RULES if listed.of_old_configs}
        found = set()
        for path in (ROOT / "fixtures" / "migrate").glob("*/*/input.yaml"):
            text = path.read_bytes().decode()
            findings = validate(text, settings_for("0.3")).findings
            old = {each.place for each in findings if each.rule == "old-config"}
            found |= {each.rule for each in findings if each.place in old}
        assert {"old-config", "literal-password"} <= found <= old_too


@pytest.mark.parametrize(
    "path",
    sorted(FIXTURES.glob("*/bad-*.yaml")),
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_every_model_error_belongs_to_one_rule(path):
    catalog = load_store_fields()
    documents = read_documents(path.read_text(), lenient=True)
    for config in find_run_configs(documents, lenient=True):
        for release in ((0, 2, 12), (0, 3, 5), (1, 5, 0)):
            inspection = Inspection(config.document, config.data, catalog, release)
            claimed = claim_errors(inspection).values()
            errors = [error for errors in claimed for error in errors]
            assert sorted(map(str, errors)) == sorted(map(str, inspection.model_errors))


@pytest.mark.parametrize("info", INFOS, ids=name_of)
class TestPage:
    def test_the_summary_is_one_short_line(self, info):
        assert info.summary == info.page.split("\n")[0].rstrip(".")
        assert 10 < len(info.summary) <= 100
        assert info.summary[0].isupper()
        assert info.summary.strip() == info.summary

    def test_the_page_says_more_than_the_summary(self, info):
        first, rest = info.page.split("\n", 1)
        assert first.endswith(".")
        assert rest.startswith("\n")
        assert len(rest.strip()) > 40
        assert info.page.endswith("\n")
        assert not info.page.endswith("\n\n")

    def test_the_page_is_markdown_without_accidents(self, info):
        assert info.page.count("`") % 2 == 0
        assert [
            line
            for line in info.page.splitlines()
            if line != line.rstrip() or "\t" in line
        ] == []

    def test_the_severity_is_one_of_three(self, info):
        assert info.severity in SEVERITIES


class TestExplain:
    def test_explain_prints_the_page_of_a_rule(self):
        done = run_here("explain", "tilde-path")
        assert (done.code, done.err) == (0, "")
        assert done.out == rule_page("tilde-path")

    @pytest.mark.parametrize("info", INFOS, ids=name_of)
    def test_every_page_names_the_rule_its_severity_and_the_ignore_comment(self, info):
        head, body = rule_page(info.id).split("\n", 1)
        assert head == f"# {info.id} ({info.severity})"
        assert body.startswith(f"\n{info.page}")
        comment = f"# stackcfg: ignore[{info.id}] reason"
        fix = f"\n{describe_fix_of(info.id)}\n"
        words = f"\nSilence it on a line with `{comment}`, everywhere with `ignore` in the settings.\n"
        assert body.removeprefix(f"\n{info.page}") == (
            fix if info.id == UNUSED_IGNORE.id else fix + words
        )

    @pytest.mark.parametrize(
        ("asked", "answer"),
        [
            (
                "wrong-famly",
                "there is no rule 'wrong-famly'; did you mean 'wrong-family'?",
            ),
            (
                "wrong_family",
                "there is no rule 'wrong_family'; did you mean 'wrong-family'?",
            ),
            (
                "WRONG-FAMILY",
                "there is no rule 'WRONG-FAMILY'; did you mean 'wrong-family'?",
            ),
            ("zzz", "there is no rule 'zzz'; see 'stackcfg rules'"),
        ],
    )
    def test_an_unknown_rule_is_refused_with_the_nearest_id(self, asked, answer):
        with pytest.raises(ValueError, match=re.escape(answer)):
            rule_page(asked)

    def test_an_unknown_rule_is_a_usage_error(self):
        done = run_here("explain", "wrong-famly")
        assert (done.code, done.out) == (2, "")
        assert "did you mean 'wrong-family'?" in done.err

    def test_a_rule_must_be_named(self):
        assert run_here("explain").code == 2


class TestRules:
    def test_rules_prints_one_line_for_each_rule(self):
        done = run_here("rules")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines() == list(list_rules())
        first, _ = done.out.split("\n\n")
        assert [tuple(line.split(maxsplit=2)) for line in first.splitlines()] == [
            (info.id, info.severity, info.summary) for info in INFOS
        ]

    def test_row_rules_come_after_the_rules(self):
        _, second = "\n".join(list_rules()).split("\n\n")
        heading, *lines = second.splitlines()
        assert "stackcfg data" in heading
        assert [line.split()[0] for line in lines] == row_rules.row_rule_ids()
        assert [
            line
            for line in lines
            if line.split(maxsplit=1)[1] not in rule_page(line.split()[0])
        ] == []

    def test_the_summaries_begin_in_one_column(self):
        starts = {
            line.index(info.summary)
            for line, info in zip(list_rules(), INFOS, strict=False)
        }
        assert len(starts) == 1

    @pytest.mark.parametrize("width", [60, 80, 100])
    def test_lines_are_folded_between_words_to_the_width_of_a_terminal(self, width):
        folded = list(list_rules(width))
        assert max(map(len, folded)) <= width
        assert " ".join(" ".join(folded).split()) == " ".join(
            " ".join(list_rules()).split()
        )
        assert len(folded) > len(list(list_rules()))


class TestCompletion:
    """What the completion of a shell offers, asked as typer's scripts do."""

    @staticmethod
    def offered(*words: str) -> list[str]:
        asked = {
            "_STACKCFG_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(("stackcfg", *words)),
            "COMP_CWORD": str(len(words)),
        }
        # as a script has none; by it typer knows the name of the program
        with patch.object(sys.modules["__main__"], "__package__", None):
            done = run_here(**asked)
        assert (done.code, done.err) == (0, "")
        return done.out.split()

    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            (("explain", "wrong-f"), ["wrong-family"]),
            (("explain", "R11"), ["R11"]),
            (("validate", "--select", "wrong-f"), ["wrong-family"]),
            (
                ("validate", "--ignore", "tilde-path,wrong-f"),
                ["tilde-path,wrong-family"],
            ),
            (("validate", "--target", "0.3"), ["0.3"]),
            (("validate", "--target", "0.3."), [f"0.3.{patch}" for patch in range(6)]),
            (("migrate", "--target", "0."), [f"0.{minor}" for minor in range(1, 9)]),
            (("migrate", "--from", "0.8"), ["0.8"]),
            (("schema", "0.7"), ["0.7"]),
            (("show", "--target", "0.7"), ["0.7"]),
            (("data", "plan", "--from", "0.7"), ["0.7"]),
        ],
    )
    def test_completion_offers_the_matching_words(self, words, answer):
        assert self.offered(*words) == answer


class TestDocument:
    def test_the_published_pages_are_those_of_the_rules(self):
        """When this fails: python -m stackcfg.cli.explain."""
        compare_with_file(document(), FOLDER / "README.md")
        compare_with_file(row_document(), Path(ROW_RULES_FILE))

    def test_every_row_rule_says_what_its_module_says(self):
        for rule in row_rules.row_rule_ids():
            page = f"# {rule} (stored rows)\n\n{row_rules.row_rule_page(rule)}"
            assert rule_page(rule.lower()) == page

    def test_the_document_has_every_page_once(self):
        text = document()
        assert re.findall(r"(?m)^## (.+)$", text) == IDS
        assert re.findall(r"(?m)^\| \[(.+?)\]\(#(.+?)\) ", text) == [
            (name, name) for name in IDS
        ]
        assert [info.id for info in INFOS if info.page not in text] == []

    def test_the_module_writes_both_documents(self, monkeypatch, tmp_path):
        monkeypatch.setattr(command_explain, "RULES_FILE", str(tmp_path / "rules.md"))
        monkeypatch.setattr(
            command_explain, "ROW_RULES_FILE", str(tmp_path / "rows.md")
        )
        command_explain.main()
        assert (tmp_path / "rules.md").read_text() == document()
        assert (tmp_path / "rows.md").read_text() == row_document()


@pytest.mark.parametrize(
    "info", [info for info in INFOS if info is not SCHEMA], ids=name_of
)
def test_every_rule_has_bad_and_good_examples(info):
    folder = FIXTURES / info.id
    assert sorted(folder.glob("bad-*.yaml"))
    assert sorted(folder.glob("good-*.yaml"))


def test_a_message_names_only_the_first_of_many_backends() -> None:
    folder = ROOT / "fixtures" / "validate" / "unknown-backend"
    text = (folder / "bad-many-backends.yaml").read_text(encoding="utf-8")
    found = [
        finding
        for finding in validate(text).findings
        if finding.rule == "unknown-backend"
    ]
    names = ", ".join(f"'kv_{letter}'" for letter in "abcdefgh")
    wanted = f"define it under storage.backends; defined: {names} and 3 more"
    assert [finding.help for finding in found] == [wanted]
