"""What `validate` prints: each format on findings of every kind."""

from __future__ import annotations

import json
import re
from collections import Counter
from unicodedata import east_asian_width
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import visible
from stackcfg.reports.validate.counts import Counts, count_findings, summary
from stackcfg.reports.validate.formats import FORMATS, Context
from stackcfg.reports.validate.sarif import describe_log
from stackcfg.reports.validate.sarif_results import file_uri
from stackcfg.validation.findings import (
    ERROR,
    INFO,
    WARNING,
    FileResult,
    Finding,
    Fix,
    RelatedLocation,
    Replacement,
    RuleInfo,
    Span,
)
from stackcfg.yamltext.lines import Position
from tests.support.running import ROOT

SCHEMA = json.loads((ROOT / "schemas" / "validate-report-v1.json").read_text())

TEXT = """\
version: 2
storage:
  backends:
    kv_default:
      type: kv_sqlite
  stores:
    metadata: {backend: kv_defualt, namespace: registry}
metadata_store:
  type: sqlite
  db_path: /data/registry.db
"""
LINES = TEXT.split("\n")


def span(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(Position(line, column), Position(end_line, end_column))


UNKNOWN = Finding(
    "unknown-backend",
    ERROR,
    "the server refuses 'kv_defualt': no backend has this name",
    span(7, 25, 7, 35),
    "write the name of a backend",
    (RelatedLocation(span(4, 5, 4, 15), "the only one of its family"),),
    Fix(
        "write the name that is meant", (Replacement(span(7, 25, 7, 35), "kv_default"),)
    ),
    "document 2",
)
OLD = Finding(
    "old-key",
    WARNING,
    "the server drops 'metadata_store'",
    span(8, 1, 10, 29),
    fix=Fix(
        "move it",
        (
            Replacement(span(8, 1, 11, 1), ""),
            Replacement(
                span(7, 57, 7, 57), "\n    conversations:\n      backend: sql_default"
            ),
        ),
    ),
)
GOOD = Finding(
    "good-to-know",
    INFO,
    "two lines,\n100% of them: here",
    span(11, 1, 11, 1),
    "do\nnothing",
)
FOUND = FileResult("conf/run.yaml", (UNKNOWN, OLD, GOOD), ignored=2)
BROKEN = FileResult(
    "broken.yaml", problem=Problem("a ',' or ']' is missing", 2, 3, "close the list")
)
GONE = FileResult("gone.yaml", problem=Problem("no such file"))
CLEAN = FileResult("clean.yaml", judges=("0.3.5",))
ALL = [FOUND, BROKEN, GONE, CLEAN]
RULES = {
    rule.id: rule
    for rule in (
        RuleInfo(
            "unused",
            INFO,
            "Not found here",
            "# unused\n\nA first\nparagraph.\n\nA second one.\n",
        ),
        RuleInfo(
            "unknown-backend", ERROR, "A backend is missing.", "# unknown-backend\n"
        ),
        RuleInfo("old-key", WARNING, "A key is old", "Old."),
    )
}


def render(name: str, *results: FileResult) -> str:
    return FORMATS[name].render(results, Context("0.3"))


def full(result: FileResult, lines=LINES, colored=False, width=0) -> str:
    context = Context("0.3", lines, colored, width)
    return FORMATS["full"].render([result], context).removesuffix("\n")


def frame(found: Finding, lines, width=0) -> list[str]:
    """The rows below the first ones of a frame."""
    return full(FileResult("f", (found,)), lines, width=width).splitlines()[3:]


def at(*places: int) -> Finding:
    return Finding("rule", ERROR, "message", span(*places))


FULL = """\
error[unknown-backend]: the server refuses 'kv_defualt': no backend has this name
 --> conf/run.yaml:7:25 (document 2)
  |
4 |     kv_default:
  |     ---------- the only one of its family
...
7 |     metadata: {backend: kv_defualt, namespace: registry}
  |                         ^^^^^^^^^^
  |
  = help: write the name of a backend
  = fix: write the name that is meant
7 - kv_defualt
7 + kv_default

warning[old-key]: the server drops 'metadata_store'
 --> conf/run.yaml:8:1
  |
8 | metadata_store:
  | ^^^^^^^^^^^^^^^
  |
  = fix: move it
8 - metadata_store:
  -   type: sqlite
  -   db_path: /data/registry.db
7 +     conversations:
  +       backend: sql_default

info[good-to-know]: two lines,
  100% of them: here
  --> conf/run.yaml:11:1
   |
11 |
   | ^
   |
   = help: do
           nothing
"""

COLORED = """\
\x1b[1;31merror[unknown-backend]\x1b[0m: \x1b[1mthe server refuses 'kv_defualt': no backend has this name\x1b[0m
 \x1b[2m-->\x1b[0m conf/run.yaml:7:25 (document 2)
\x1b[2m  |\x1b[0m
\x1b[2m4 |\x1b[0m     kv_default:
\x1b[2m  |\x1b[0m     \x1b[1m---------- the only one of its family\x1b[0m
\x1b[2m...\x1b[0m
\x1b[2m7 |\x1b[0m     metadata: {backend: kv_defualt, namespace: registry}
\x1b[2m  |\x1b[0m                         \x1b[1;31m^^^^^^^^^^\x1b[0m
\x1b[2m  |\x1b[0m
\x1b[2m  =\x1b[0m \x1b[1mhelp:\x1b[0m write the name of a backend
\x1b[2m  =\x1b[0m \x1b[1mfix:\x1b[0m write the name that is meant
\x1b[2m7 -\x1b[0m \x1b[31mkv_defualt\x1b[0m
\x1b[2m7 +\x1b[0m \x1b[32mkv_default\x1b[0m
"""


def test_findings_have_frames_of_source_lines():
    assert full(FOUND) == FULL


def test_a_frame_has_colors():
    assert full(FOUND._replace(findings=(UNKNOWN,)), colored=True) == COLORED


@pytest.mark.parametrize("result", ALL)
def test_colors_only_color(result):
    assert re.sub(r"\x1b\[[\d;]*m", "", full(result, colored=True)) == full(result)


def test_problems_have_frames():
    assert full(BROKEN).splitlines() == [
        "error: a ',' or ']' is missing",
        " --> broken.yaml:2:3",
        "  |",
        "2 | storage:",
        "  |   ^",
        "  |",
        "  = help: close the list",
    ]
    assert full(GONE) == "error: no such file\n --> gone.yaml\n"
    assert full(CLEAN) == ""


def test_a_frame_without_source_lines_has_its_head():
    assert full(BROKEN, []).splitlines()[1:] == [
        " --> broken.yaml:2:3",
        "  = help: close the list",
    ]


@pytest.mark.parametrize(
    ("found", "line", "mark"),
    [
        (at(1, 5, 1, 8), "    key: x", "    ^^^"),
        (at(1, 5, 1, 5), "    key: x", "    ^"),
        (
            at(1, 8, 1, 40),
            "pass: ********",
            "       ^^^^^^^",
        ),  # a mask is shorter than what it hides
        (at(1, 30, 1, 40), "pass: ********", "              ^"),
        (at(1, 3, 2, 4), "  key:  ", "  ^^^^"),
        (at(1, 1, 1, 3), "日本語", "^^^^"),
        (at(1, 4, 1, 5), "日本語: x", "      ^"),
        (at(1, 2, 1, 3), "👍x", "  ^"),
        (at(1, 4, 1, 5), "e\u0301 x", "  ^"),
        (
            at(1, 2, 1, 3),
            "e\u0301 x",
            " ^",
        ),  # a mark under an accent alone is still one to be seen
    ],
)
def test_marks_are_under_their_span(found, line, mark):
    assert frame(found, [line]) == [f"1 | {line}", f"  | {mark}"]


def test_tabs_and_controls_are_shown():
    assert frame(at(1, 2, 1, 3), ["\ta\x1b[31m\u202e"]) == [
        "1 |     a\\x1b[31m\\u202e",
        "  |     ^",
    ]
    assert frame(at(1, 3, 1, 4), ["\ta\x1b[31m"]) == [
        "1 |     a\\x1b[31m",
        "  |      ^^^^",
    ]
    assert frame(at(1, 1, 1, 2), ["\ta"])[1] == "  | ^^^^"


def test_no_control_reaches_the_terminal():
    bad = "\x1b]0;x\x07\u202e\ud800"
    found = Finding(
        bad,
        ERROR,
        bad,
        span(1, 1, 1, 2),
        bad,
        (RelatedLocation(span(1, 1, 1, 2), bad),),
        place=bad,
    )
    found = found._replace(fix=Fix(bad, (Replacement(span(1, 1, 1, 2), bad),)))
    results = [
        FileResult(bad, (found,)),
        FileResult(bad, problem=Problem(bad, 1, 1, bad)),
    ]
    for result in results:
        shown = (
            full(result, [bad]) + render("concise", result) + render("github", result)
        )
        assert [row for row in shown.split("\n") if not row.isprintable()] == []


def test_two_marks_of_one_line_are_both_shown():
    found = at(1, 8, 1, 11)._replace(
        related=(
            RelatedLocation(span(1, 1, 1, 4), "this"),
            RelatedLocation(span(1, 14, 1, 15), "that"),
        )
    )
    assert frame(found, ["key -> tar -> x"]) == [
        "1 | key -> tar -> x",
        "  | --- this",
        "  |        ^^^",
        "  |              - that",
    ]


def test_one_line_between_is_shown_and_more_are_not():
    found = at(1, 1, 1, 2)._replace(
        related=(
            RelatedLocation(span(3, 1, 3, 2), "near"),
            RelatedLocation(span(6, 1, 6, 2), "far"),
        )
    )
    assert frame(found, list("abcdefg")) == [
        "1 | a",
        "  | ^",
        "2 | b",
        "3 | c",
        "  | - near",
        "...",
        "6 | f",
        "  | - far",
    ]


def test_a_span_behind_the_last_line_is_marked():
    assert frame(at(9, 4, 9, 7), ["a", "b"]) == ["9 |", "  | ^"]


@pytest.mark.parametrize(
    ("found", "rows"),
    [
        (at(1, 1, 1, 2), ["1 | a123456789b123...", "  | ^"]),
        (at(1, 21, 1, 22), ["1 | ...456789c1234567...", "  |          ^"]),
        (at(1, 21, 1, 60), ["1 | ...c123456789d123...", "  |    ^^^^^^^^^^^^^^"]),
        (at(1, 60, 1, 61), ["1 | ...6789f123456789", "  |                 ^"]),
    ],
)
def test_long_lines_are_cut_around_the_mark(found, rows):
    line = "".join(f"{letter}123456789" for letter in "abcdef")
    assert frame(found, [line], width=24) == rows


def test_a_long_line_with_two_marks_is_shown_at_both():
    line = "start" + " " * 300 + "end"
    found = at(1, 306, 1, 309)._replace(
        related=(RelatedLocation(span(1, 1, 1, 6), "here"),)
    )
    assert frame(found, [line]) == [
        f"1 | start{' ' * 145}...",
        "  | ----- here",
        f"1 | ...{' ' * 147}end",
        f"  |    {' ' * 147}^^^",
    ]


def under(rows: list[str]) -> list[str]:
    """What stands over the marks of a source row and its row of marks, by columns."""
    source, marks = rows[0], rows[1]
    columns = [
        each
        for each in source
        for _ in range(
            2 if east_asian_width(each) in "WF" else 0 if each == "\u0301" else 1
        )
    ]
    return [
        "".join(columns[match.start() : match.end()])
        for match in re.finditer(r"\^+", marks)
    ]


@given(
    st.text(st.sampled_from("ab日\t\x1b: "), max_size=90), st.data(), st.integers(0, 60)
)
def test_marks_are_under_what_they_mark(line, data, width):
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    rows = frame(at(1, start + 1, 1, end + 1), [line], width)
    wanted = "".join(
        "    " if each == "\t" else visible(each) * (2 if each == "日" else 1)
        for each in line[start:end]
    )
    [found] = under([rows[0] + " ", rows[1]])
    if wanted:
        assert wanted.startswith(found)
        assert found == wanted or rows[0].endswith("...")
    else:
        assert rows[1].count("^") == 1
    assert len(rows[0].replace("日", "  ")) <= max(width or 160, 24)


def test_a_long_replacement_is_cut():
    text = "".join(f"line{number}\n" for number in range(12))
    found = at(1, 1, 1, 2)._replace(
        fix=Fix("write more", (Replacement(span(1, 2, 1, 2), text),))
    )
    rows = frame(found, ["a"])[3:]
    assert rows[0] == "  = fix: write more"
    assert rows[1] == "1 + line0"
    assert rows[-2:] == ["  + line7", "  + ... 4 more"]


CONCISE = """\
conf/run.yaml:7:25: unknown-backend: the server refuses 'kv_defualt': no backend has this name; write the name of a backend
conf/run.yaml:8:1: old-key: the server drops 'metadata_store' [warning]
conf/run.yaml:11:1: good-to-know: two lines, 100% of them: here; do nothing [info]
broken.yaml:2:3: error: a ',' or ']' is missing; close the list
gone.yaml: error: no such file
"""


def test_the_concise_format_has_a_line_for_each_finding():
    assert render("concise", *ALL) == CONCISE


def test_findings_are_counted_by_severity():
    assert count_findings(ALL) == Counts(4, 2, 1, 1, 1, 2)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            Counts(4, 2, 1, 1, 1, 2),
            "4 files: 2 not checked, 1 error, 1 warning, 1 info (2 ignored)",
        ),
        (
            Counts(3, 0, 2, 1, 0, 1),
            "3 files: 2 errors, 1 warning (1 ignored)",
        ),
        (Counts(1, 0, 0, 2, 2, 0), "1 file: 2 warnings, 2 infos"),
        (Counts(12, 0, 0, 0, 0, 0), "no problems in 12 files"),
        (Counts(1, 0, 0, 0, 0, 3), "no problems in 1 file (3 ignored)"),
        (count_findings([]), "no files to check"),
    ],
)
def test_the_summary_names_what_was_counted(counts, words):
    assert summary(counts) == words


def test_the_json_report_fits_its_schema_and_holds_everything():
    report = json.loads(render("json", *ALL))
    Draft202012Validator(SCHEMA).validate(report)
    assert (report["version"], report["target"]) == (1, "0.3")
    assert report["summary"] == {
        "files": 4,
        "unchecked": 2,
        "errors": 1,
        "warnings": 1,
        "infos": 1,
        "ignored": 2,
        "known": 0,
    }
    found, broken, gone, clean = report["files"]
    assert found["diagnostics"][0] == {
        "rule": "unknown-backend",
        "severity": "error",
        "line": 7,
        "column": 25,
        "end_line": 7,
        "end_column": 35,
        "message": UNKNOWN.message,
        "help": UNKNOWN.help,
        "place": "document 2",
        "related": [
            {
                "line": 4,
                "column": 5,
                "end_line": 4,
                "end_column": 15,
                "message": "the only one of its family",
            }
        ],
        "fix": {
            "message": "write the name that is meant",
            "replacements": [
                {
                    "line": 7,
                    "column": 25,
                    "end_line": 7,
                    "end_column": 35,
                    "text": "kv_default",
                }
            ],
            "safe": True,
        },
    }
    assert found["diagnostics"][2]["fix"] is None
    assert found["ignored"] == 2
    assert broken["problem"] == {
        "message": "a ',' or ']' is missing",
        "hint": "close the list",
        "line": 2,
        "column": 3,
    }
    assert gone == {
        "file": "gone.yaml",
        "problem": {"message": "no such file", "hint": ""},
        "diagnostics": [],
        "ignored": 0,
        "releases": [],
        "known": 0,
    }
    assert clean == {
        "file": "clean.yaml",
        "diagnostics": [],
        "ignored": 0,
        "releases": ["0.3.5"],
        "known": 0,
    }


def test_undecodable_file_names_can_be_written():
    result = FileResult("a\udcff.yaml", (GOOD._replace(message="in a\udcff.yaml"),))
    report = json.loads(render("json", result).encode())
    assert report["files"][0]["file"] == "a\ufffd.yaml"
    log = json.loads(render("sarif", result).encode())
    [place] = log["runs"][0]["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "a%FF.yaml"
    ElementTree.fromstring(render("junit", result).encode())


def sarif(results=ALL, rules=RULES, version="0.4.0") -> dict:
    return json.loads(json.dumps(describe_log(results, rules, version)))["runs"][0]


def test_sarif_names_the_rules():
    driver = sarif()["tool"]["driver"]
    assert (driver["name"], driver["version"], driver["semanticVersion"]) == (
        "stackcfg",
        "0.4.0",
        "0.4.0",
    )
    assert [rule["defaultConfiguration"]["level"] for rule in driver["rules"]] == [
        "note",
        "error",
        "warning",
    ]
    assert driver["rules"][0] == {
        "id": "unused",
        "shortDescription": {"text": "Not found here."},
        "fullDescription": {"text": "A first paragraph."},
        "help": {
            "text": RULES["unused"].page.strip(),
            "markdown": RULES["unused"].page.strip(),
        },
        "defaultConfiguration": {"level": "note"},
    }
    assert driver["rules"][1]["name"] == "UnknownBackend"
    assert driver["rules"][1]["fullDescription"] == {"text": "A backend is missing."}
    assert "semanticVersion" not in sarif(version="0.4.0.dev1")["tool"]["driver"]


def test_sarif_descriptions_are_as_long_as_code_scanning_takes():
    [rule] = sarif(rules={"a": RuleInfo("a", ERROR, "long " * 300, "word " * 300)})[
        "tool"
    ]["driver"]["rules"]
    assert (
        len(rule["shortDescription"]["text"])
        == len(rule["fullDescription"]["text"])
        == 1024
    )


def test_sarif_has_a_result_for_each_finding():
    run = sarif()
    assert run["columnKind"] == "unicodeCodePoints"
    unknown, old, good = run["results"]
    assert [found["level"] for found in run["results"]] == ["error", "warning", "note"]
    assert [found.get("ruleIndex") for found in run["results"]] == [1, 2, None]
    place = {"artifactLocation": {"uri": "conf/run.yaml"}}
    region = {"startLine": 7, "startColumn": 25, "endLine": 7, "endColumn": 35}
    assert unknown["locations"] == [
        {
            "physicalLocation": place | {"region": region},
            "logicalLocations": [{"fullyQualifiedName": "document 2"}],
        }
    ]
    assert unknown["message"]["text"] == (
        "the server refuses 'kv_defualt': no backend has this name. Help: write the name of a backend. "
        "See [the only one of its family](1)."
    )
    other = {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 15}
    assert unknown["relatedLocations"] == [
        {
            "id": 1,
            "physicalLocation": place | {"region": other},
            "message": {"text": "the only one of its family."},
        }
    ]
    change = {"deletedRegion": region, "insertedContent": {"text": "kv_default"}}
    assert unknown["fixes"] == [
        {
            "description": {"text": "write the name that is meant."},
            "artifactChanges": [place | {"replacements": [change]}],
        }
    ]
    assert (
        "insertedContent"
        not in old["fixes"][0]["artifactChanges"][0]["replacements"][0]
    )
    assert not {"fixes", "relatedLocations"} & good.keys()


def test_sarif_has_only_links_that_lead_somewhere():
    found = UNKNOWN._replace(
        message="got [a](7)", related=(RelatedLocation(span(1, 1, 1, 2), "see [b](8)"),)
    )
    [result] = sarif([FileResult("f", (found,))])["results"]
    link = re.compile(r"(?<!\\)\]\((\d+)\)")
    assert link.findall(result["message"]["text"]) == ["1"]
    assert link.findall(result["relatedLocations"][0]["message"]["text"]) == []


def test_sarif_names_files_that_could_not_be_checked():
    [invocation] = sarif()["invocations"]
    assert invocation["executionSuccessful"] is False
    broken, gone = invocation["toolExecutionNotifications"]
    assert (broken["level"], gone["level"]) == ("error", "error")
    assert broken["message"]["text"] == "a ',' or ']' is missing. Help: close the list."
    assert broken["locations"][0]["physicalLocation"]["region"]["startLine"] == 2
    assert "region" not in gone["locations"][0]["physicalLocation"]
    assert sarif([FOUND, CLEAN])["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": []}
    ]


def prints(*found: Finding, file="run.yaml") -> list[str]:
    return [
        each
        for result in sarif([FileResult(file, found)])["results"]
        for each in result["partialFingerprints"].values()
    ]


def test_sarif_fingerprints_outlive_moves_and_tell_findings_apart():
    moved = OLD._replace(span=span(30, 1, 32, 9))
    assert prints(OLD) == prints(moved)
    others = [
        OLD._replace(rule="x"),
        OLD._replace(message="x"),
        OLD._replace(place="x"),
    ]
    each_alone = [
        *prints(OLD),
        *prints(OLD, file="x"),
        *(one for other in others for one in prints(other)),
    ]
    assert len(set(each_alone)) == 5
    assert len(set(prints(OLD, moved))) == 2


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("./conf/run.yaml", "conf/run.yaml"),
        ("../run.yaml", "../run.yaml"),
        ("a b#c?d%.yaml", "a%20b%23c%3Fd%25.yaml"),
        ("c:run.yaml", "c%3Arun.yaml"),
        ("é.yaml", "%C3%A9.yaml"),
        ("/etc/a b.yaml", "file:///etc/a%20b.yaml"),
    ],
)
def test_paths_become_uris(file, expected):
    assert file_uri(file) == expected


GITHUB = """\
::error file=conf/run.yaml,line=7,endLine=7,col=25,endColumn=35,title=stackcfg(unknown-backend)::\
conf/run.yaml:7:25: the server refuses 'kv_defualt': no backend has this name%0Awrite the name of a backend
::warning file=conf/run.yaml,line=8,endLine=10,col=1,title=stackcfg(old-key)::\
conf/run.yaml:8:1: the server drops 'metadata_store'
::notice file=conf/run.yaml,line=11,endLine=11,col=1,endColumn=1,title=stackcfg(good-to-know)::\
conf/run.yaml:11:1: two lines,%0A100%25 of them: here%0Ado%0Anothing
::error file=broken.yaml,line=2,col=3,title=stackcfg::broken.yaml:2:3: a ',' or ']' is missing%0Aclose the list
::error file=gone.yaml,title=stackcfg::gone.yaml: no such file
"""


def test_github_gets_a_command_for_each_finding():
    assert render("github", *ALL) == GITHUB


@given(
    st.text(st.sampled_from("a%25\r\n:,;=0ADC")),
    st.text(st.sampled_from("b%25\n:,=3A2C"), min_size=1),
)
def test_github_escapes_what_it_must(message, file):
    row = render("github", FileResult(file, problem=Problem(message)))[:-1]
    match = re.fullmatch(r"::error file=([^:,\r\n]*),title=stackcfg::([^\r\n]*)", row)
    assert match
    assert unescaped(match[1]) == file
    assert unescaped(match[2]) == f"{file}: {message}"


def unescaped(text: str) -> str:
    """As the runner reads it: the percent sign comes last."""
    for code, character in (
        ("%0D", "\r"),
        ("%0A", "\n"),
        ("%3A", ":"),
        ("%2C", ","),
        ("%25", "%"),
    ):
        text = text.replace(code, character)
    return text


# from the schema that Jenkins holds reports against: required and optional attributes, elements
JUNIT = {
    "testsuites": (set(), {"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        set(),
        {"properties", "testcase", "system-out"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"classname"}, {"failure", "error", "system-out"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def junit(results=ALL) -> ElementTree.Element:
    root = ElementTree.fromstring(render("junit", *results).encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        required, optional, children = JUNIT[element.tag]
        assert required <= set(element.attrib) <= required | optional
        assert {child.tag for child in element} <= children
    return root


def test_junit_has_a_suite_for_each_file():
    root = junit()
    assert [suite.get("name") for suite in root] == [result.file for result in ALL]
    numbers = [
        [suite.get(name) for name in ("tests", "failures", "errors")]
        for suite in (root, *root)
    ]
    assert numbers == [
        ["6", "2", "2"],
        ["3", "2", "0"],
        ["1", "0", "1"],
        ["1", "0", "1"],
        ["1", "0", "0"],
    ]
    cases = root.findall(".//testcase")
    assert [[child.tag for child in case] for case in cases] == [
        ["failure"],
        ["failure"],
        ["system-out"],
        ["error"],
        ["error"],
        [],
    ]
    [failure] = cases[0]
    assert failure.attrib == {"type": "unknown-backend", "message": UNKNOWN.message}
    assert (
        failure.text
        == f"conf/run.yaml:7:25: {UNKNOWN.message}\nhelp: write the name of a backend"
    )
    assert (
        cases[3][0].text
        == "broken.yaml:2:3: a ',' or ']' is missing\nhelp: close the list"
    )
    assert cases[4][0].text == "gone.yaml: no such file"


@given(st.text(st.characters(exclude_categories=())))
@example("\uffff")
def test_junit_is_xml_whatever_the_message_is(text):
    found = Finding(text, ERROR, text, span(1, 1, 1, 1), text)
    [suite] = junit([FileResult(text, (found, found._replace(severity=INFO)))])
    assert Counter(element.tag for element in suite.iter())["failure"] == 1


def gitlab(results=ALL) -> list[dict]:
    return json.loads(render("gitlab", *results))


def test_gitlab_gets_what_its_documentation_asks_for():
    first, second, third, broken, gone = gitlab()
    assert first == {
        "description": f"{UNKNOWN.message}; write the name of a backend",
        "check_name": "unknown-backend",
        "fingerprint": first["fingerprint"],
        "severity": "major",
        "location": {"path": "conf/run.yaml", "lines": {"begin": 7, "end": 7}},
    }
    assert [each["severity"] for each in (second, third)] == ["minor", "info"]
    assert second["location"]["lines"] == {"begin": 8, "end": 10}
    assert broken["location"] == {"path": "broken.yaml", "lines": {"begin": 2}}
    assert gone["location"]["lines"] == {"begin": 1}
    assert {broken["severity"], gone["severity"]} == {"blocker"}
    assert gitlab([CLEAN]) == []


def test_gitlab_shows_a_file_under_its_path_in_the_repository():
    [issue] = gitlab([FileResult("./conf/run.yaml", (UNKNOWN,))])
    assert issue["location"]["path"] == "conf/run.yaml"


def test_fingerprints_of_gitlab_are_unique_and_know_no_lines():
    """GitLab shows one of two issues with the same fingerprint."""
    moved = UNKNOWN._replace(span=span(17, 25, 17, 35))
    before = gitlab([FileResult("run.yaml", (UNKNOWN, UNKNOWN, OLD))])
    after = gitlab([FileResult("run.yaml", (OLD, moved, moved))])
    marks = {each["fingerprint"] for each in before}
    assert len(marks) == 3
    assert {each["fingerprint"] for each in after} == marks
    elsewhere = gitlab([FileResult("other.yaml", (UNKNOWN,))])
    assert elsewhere[0]["fingerprint"] not in marks
