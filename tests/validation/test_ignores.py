"""Comments that silence a rule: what they silence, and that unused ones are reported."""

from __future__ import annotations

import json
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackcfg.validation.engine import validate
from stackcfg.validation.ignores import find_ignore_comments
from stackcfg.validation.known_rules import rule_infos
from stackcfg.validation.settings import settings_for
from stackcfg.yamltext.parser import parse_yaml

CLEAN = """\
image_name: demo
providers: {}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
LINE = "    inference: {backend: sql_default, table_name: inference_store}\n"
BROKEN = LINE.replace("sql_default", "sql_defualt")
NAME = "# stackcfg: ignore[unknown-backend]"
OBJECT = "apiVersion: v1\nkind: Service\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\ndata:\n  run.yaml: |\n"


def config(line: str) -> str:
    return CLEAN.replace(LINE, line)


def found(text: str, **settings) -> list[tuple[int, int, str]]:
    return [
        (each.span.start.line, each.span.start.column, each.rule)
        for each in validate(text, settings_for("0.3", **settings)).findings
    ]


def messages(text: str) -> list[str]:
    return [
        each.message
        for each in validate(text, settings_for("0.3")).findings
        if each.rule == "unused-ignore"
    ]


def beside(comment: str) -> str:
    return config(f"{BROKEN[:-1]}  {comment}\n")


def above(*lines: str) -> str:
    return config("".join(f"{line}\n" for line in lines) + BROKEN)


UNSILENCED = [(9, 26, "unknown-backend")]


def test_a_finding_without_a_comment_is_reported():
    assert found(CLEAN) == []
    assert found(config(BROKEN)) == UNSILENCED


SILENT = {
    "beside": beside(NAME),
    "with a reason": beside(f"{NAME} comes with the next release"),
    "with a reason behind a dash": beside(f"{NAME} -- ticket [7]"),
    "close together": beside("#stackcfg:ignore[unknown-backend]"),
    "far apart": beside("#   stackcfg:  ignore  [ unknown-backend ]"),
    "behind what others look for": beside(f"# noqa  {NAME}"),
    "several rules": beside("# stackcfg: ignore[unknown-backend, wrong-family]"),
    "alone above": above(f"    {NAME}"),
    "alone above, at another indent": above(NAME),
    "above another comment": above(f"    {NAME}", "    # the store of requests"),
    "above a gap": above(f"    {NAME}", "", "", ""),
    "behind quotes": config(
        BROKEN.replace("sql_defualt", '"sql_de#fualt"')[:-1] + f" {NAME}\n"
    ),
    "CRLF, beside": beside(NAME).replace("\n", "\r\n"),
    "CRLF, above": above(f"    {NAME}").replace("\n", "\r\n"),
    "BOM": "\ufeff" + beside(NAME),
    "the second of two documents": OBJECT
    + "---\n"
    + CONFIG_MAP
    + indent(beside(NAME), "    "),
    "a ConfigMap": CONFIG_MAP + indent(beside(NAME), "    "),
    "a ConfigMap, above": CONFIG_MAP + indent(above(f"    {NAME}"), "    "),
    "a ConfigMap, CRLF": (CONFIG_MAP + indent(beside(NAME), "    ")).replace(
        "\n", "\r\n"
    ),
    "a ConfigMap in quotes": CONFIG_MAP.replace("|\n", json.dumps(beside(NAME)) + "\n"),
    "a template": beside(NAME).replace("demo", "{{ .Values.name }}"),
    "the last line, without an end": CLEAN.replace(LINE, "") + BROKEN[:-1] + f" {NAME}",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_a_comment_silences_its_finding(text):
    result = validate(text, settings_for("0.3", ignored=frozenset({"unused-ignore"})))
    assert (result.findings, result.ignored) == ((), 1)


@pytest.mark.parametrize("name", sorted(SILENT.keys() - {"several rules"}))
def test_a_comment_that_silences_something_is_not_reported(name):
    assert found(SILENT[name]) == []


LOUD = {
    "in a string": config(BROKEN).replace("demo", f'"demo {NAME}"'),
    "in a string of its own line": config(BROKEN).replace(
        "image_name: demo", f"image_name: >\n  {NAME}"
    ),
    "on the line above, beside something": CLEAN.replace(
        "registry}\n", f"registry}}  {NAME}\n"
    ).replace(LINE, BROKEN),
    "below": config(f"{BROKEN}    {NAME}\n"),
    "in the middle of another comment": beside(f"# see there, {NAME[2:]}"),
    "another rule": beside("# stackcfg: ignore[wrong-family]"),
    "a part of the name": beside("# stackcfg: ignore[unknown]"),
    "without a rule": beside("# stackcfg: ignore"),
    "with no rule in the brackets": beside("# stackcfg: ignore[]"),
    "without the second bracket": beside("# stackcfg: ignore[unknown-backend"),
    "with round brackets": beside("# stackcfg: ignore(unknown-backend)"),
    "misspelt": beside("# stackcfg: ignroe[unknown-backend]"),
    "without the colon": beside("# stackcfg ignore[unknown-backend]"),
    "another tool's": beside("# noqa: unknown-backend"),
    "no comment, for want of a space": config(
        "    inference:\n      backend: sql_defualt#stackcfg:ignore[unknown-backend]\n      table_name: requests\n"
    ),
}


@pytest.mark.parametrize("text", LOUD.values(), ids=LOUD)
def test_a_comment_elsewhere_or_misspelt_silences_nothing(text):
    result = validate(text, settings_for("0.3"))
    assert "unknown-backend" in {each.rule for each in result.findings}
    assert result.ignored == 0


def test_a_comment_silences_only_its_own_document():
    other = CONFIG_MAP + indent(beside(NAME), "    ")
    assert found(f"{CONFIG_MAP}{indent(config(BROKEN), '    ')}---\n{other}") == [
        (13, 30, "unknown-backend")
    ]


def test_a_comment_silences_only_its_own_rule():
    text = config(
        BROKEN.replace("table_name: inference_store", f"table_name: 3}}  {NAME}")[:-2]
        + "\n"
    )
    assert found(text) == [(9, 51, "wrong-type")]


def test_a_comment_silences_all_findings_of_its_line():
    line = "    inference: {backend: sql_defualt, table_name: 3}"
    both = f"{line}  # stackcfg: ignore[unknown-backend, wrong-type] both\n"
    assert found(config(f"{line}\n")) == [
        (9, 26, "unknown-backend"),
        (9, 51, "wrong-type"),
    ]
    assert found(config(both)) == []
    assert validate(config(both), settings_for("0.3")).ignored == 2


def test_a_comment_in_a_config_map_is_for_a_line_of_the_outer_file():
    """Findings and comments of an embedded config have lines of the outer file."""
    text = CONFIG_MAP + indent(config(f"{LINE[:-1]}  {NAME}\n"), "    ")
    assert found(text) == [(13, 73, "unused-ignore")]
    assert messages(text) == ["ignore[unknown-backend] silences nothing on line 13"]


class TestUnused:
    def test_a_comment_beside_a_correct_entry_is_reported(self):
        text = config(f"{LINE[:-1]}  {NAME} since May\n")
        [only] = validate(text, settings_for("0.3")).findings
        start, end = only.span.start.column - 1, only.span.end.column - 1
        assert text.splitlines()[8][start:end] == f"{NAME} since May"
        assert (only.rule, only.severity, only.span.start.line, only.help) == (
            "unused-ignore",
            "warning",
            9,
            "remove it",
        )
        assert only.message == "ignore[unknown-backend] silences nothing on line 9"

    def test_a_comment_above_names_the_line_that_it_is_for(self):
        assert messages(config(f"    {NAME}\n\n{LINE}")) == [
            "ignore[unknown-backend] silences nothing on line 11"
        ]

    def test_a_comment_at_the_end_of_the_file_is_reported(self):
        assert found(f"{CLEAN}{NAME}\n") == [(11, 1, "unused-ignore")]

    @pytest.mark.parametrize(
        ("comment", "message"),
        [
            (
                "ignore[unknown-backnd]",
                "there is no rule 'unknown-backnd': it silences nothing",
            ),
            (
                "ignore[Unknown-Backend]",
                "there is no rule 'Unknown-Backend': it silences nothing",
            ),
            (
                "ignore[unknown-backend, nonsense]",
                "there is no rule 'nonsense': it silences nothing",
            ),
            ("ignore", "the comment names no rule: it silences nothing"),
            ("ignore[]", "the comment names no rule: it silences nothing"),
            ("ignore[ , ]", "the comment names no rule: it silences nothing"),
            (
                "ignroe[unknown-backend]",
                "the comment names no rule: it silences nothing",
            ),
            ("off", "the comment names no rule: it silences nothing"),
        ],
    )
    def test_a_comment_with_a_wrong_name_or_none_is_explained(self, comment, message):
        assert messages(beside(f"# stackcfg: {comment}")) == [message]

    def test_unused_rules_among_several_are_named(self):
        text = beside(
            "# stackcfg: ignore[unknown-backend, wrong-family, tilde-path] both"
        )
        assert messages(text) == [
            "ignore[wrong-family, tilde-path] silences nothing on line 9"
        ]
        assert validate(text, settings_for("0.3")).ignored == 1

    def test_two_comments_for_one_finding_are_both_used(self):
        assert (
            found(above(f"    {NAME}").replace(BROKEN, f"{BROKEN[:-1]}  {NAME}\n"))
            == []
        )

    def test_a_comment_for_a_rule_that_is_switched_off_is_not_reported(self):
        text = config(f"{LINE[:-1]}  {NAME}\n")
        assert found(text, ignored=frozenset({"unknown-backend"})) == []
        assert found(text, selected=frozenset({"unused-ignore"})) == []
        assert found(
            text, selected=frozenset({"unused-ignore", "unknown-backend"})
        ) == [(9, 69, "unused-ignore")]

    def test_unused_ignore_can_be_switched_off(self):
        text = config(f"{LINE[:-1]}  {NAME}\n")
        assert found(text, ignored=frozenset({"unused-ignore"})) == []

    def test_unused_ignore_cannot_silence_itself(self):
        assert found(config(f"{LINE[:-1]}  # stackcfg: ignore[unused-ignore]\n")) == [
            (9, 69, "unused-ignore")
        ]


def test_a_lost_duplicate_can_be_silenced():
    text = (
        "image_name: old  # stackcfg: ignore[duplicate-key] the chart adds the other\n"
        + CLEAN
    )
    assert found(CLEAN.replace("demo", "demo\nimage_name: old")) == [
        (1, 1, "duplicate-key")
    ]
    silenced = validate(text, settings_for("0.3")).ignored
    assert (found(text), silenced) == ([], 1)


def test_an_old_config_can_be_silenced():
    text = "metadata_store:  # stackcfg: ignore[old-config]\n  type: sqlite\n  db_path: /data/registry.db\n"
    assert found(text.replace("  # stackcfg: ignore[old-config]", "")) == [
        (1, 1, "old-config")
    ]
    assert found(text) == []


RULES = st.lists(
    st.sampled_from(sorted(info.id for info in rule_infos())),
    min_size=1,
    max_size=4,
    unique=True,
)
GAP = st.text(" ", max_size=3)
REASON = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20
)


@given(RULES, GAP, GAP, REASON, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_spelling_of_a_comment_is_read(
    rules, before, between, reason, newline, alone
):
    words = f"#{before}stackcfg:{between}ignore[{f',{between}'.join(rules)}]{reason and ' '}{reason}"
    lines = ["a: 1", words, "b: 2"] if alone else ["a: 1", f"b: 2  {words}"]
    text = newline.join([*lines, "c: 3", ""])
    [document] = parse_yaml(text)
    [ignore] = find_ignore_comments(document)
    assert ignore.rules == tuple(rules)
    assert text[ignore.start : ignore.end] == words
    assert text[ignore.line :].startswith("b: 2")


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=40))
def test_no_other_comment_is_an_ignore_comment(words):
    [document] = parse_yaml(
        f"a: 1  # {words.replace('stackcfg:', '')}\nb: '# {NAME}'\n"
    )
    assert list(find_ignore_comments(document)) == []
