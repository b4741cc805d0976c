"""The patterns of gitignore(5) mean what they mean to git."""

from __future__ import annotations

import time

import pytest

from stackcfg.system.git_ignore import parse_rules

MEANINGS = [
    ("run.yaml", ["run.yaml", "a/run.yaml"], ["run.yaml.bak", "xrun.yaml"]),
    ("/run.yaml", ["run.yaml"], ["a/run.yaml"]),
    ("conf/run.yaml", ["conf/run.yaml"], ["a/conf/run.yaml"]),
    ("build/", ["build\0", "a/build\0"], ["build", "a/build"]),
    ("*.yaml", ["a.yaml", "b/c.d.yaml", "d.yaml\0"], ["a.yml"]),
    ("*.d.yaml", ["c.d.yaml"], ["c.yaml"]),
    ("a*c*e.yaml", ["ace.yaml", "abcde.yaml"], ["aec.yaml", "a/ce.yaml"]),
    ("conf/*.yaml", ["conf/a.yaml"], ["conf/a/b.yaml"]),
    ("**/conf/a", ["conf/a", "x/y/conf/a"], ["xconf/a"]),
    ("conf/**", ["conf/a", "conf/a/b"], ["conf", "conf\0"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "b"]),
    ("a/**/b/**/c", ["a/b/c", "a/b/b/x/c"], ["a/c", "a/x/c"]),
    ("***/a", ["a", "x/y/a"], []),
    ("?.yaml", ["a.yaml"], ["ab.yaml", "é.yaml", ".yaml"]),
    ("[a-c]x", ["ax", "cx"], ["dx", "x"]),
    ("[!a-c]x", ["dx"], ["ax", "x"]),
    ("[^a]x", ["bx"], ["ax"]),
    ("[]x]y", ["]y", "xy"], ["ay"]),
    ("[z-a]", ["z"], ["a", "m"]),
    ("[[:digit:]x]y", ["1y", "xy"], ["ay"]),
    ("[[:nonsense:]]", [], ["a", "n"]),
    ("[a", [], ["[a", "a"]),
    ("a\\", [], ["a", "a\\"]),
    ("\\#a", ["#a"], ["a"]),
    ("\\!a", ["!a"], ["a"]),
    ("a\\*", ["a*"], ["ab"]),
    ("a ", ["a"], ["a "]),
    ("a\\ ", ["a "], ["a"]),
    ("a\r", ["a"], []),
    ("a\t", ["a\t"], ["a"]),
    ("# a", [], ["# a", "a"]),
    ("/", [], ["a", "a\0"]),
    ("\ufeffa", ["a"], []),
    ("*\n!a\n!b/", [".x", "b"], []),
]


@pytest.mark.parametrize(("content", "ignored", "others"), MEANINGS)
def test_a_pattern_ignores_these_and_not_those(content, ignored, others):
    rules = parse_rules(content.encode())
    assert [name for name in ignored if not rules.decide(name.encode())] == []
    assert [name for name in others if rules.decide(name.encode())] == []


def test_the_last_pattern_that_matches_decides():
    rules = parse_rules(b"*.yaml\n!keep.yaml\nkeep.yaml\n![k]eep.yaml\n")
    assert rules.decide(b"a.yaml") is True
    assert rules.decide(b"keep.yaml") is False
    assert rules.decide(b"a.txt") is None


@pytest.mark.parametrize(
    ("piece", "end", "path"),
    [
        ("*a", "", "a" * 4000 + "b"),
        ("**/a/", "b", "a/" * 2000 + "c"),
        ("*a/", "x", "aaaa/" * 800 + "b"),
        ("[", "", "a" * 4000),
        ("\\", " ", "a" * 4000),
    ],
)
def test_a_hostile_pattern_takes_no_time(piece, end, path):
    """Without atomic groups the first three take longer than the universe."""
    rules = parse_rules((piece * 200 + end).encode())
    before = time.process_time()
    assert not rules.decide(path.encode())
    assert time.process_time() - before < 0.5
