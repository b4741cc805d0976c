"""The grammar of placeholders: what is found, filled, removed and modernized."""

from __future__ import annotations

import pytest

from stackcfg.runconfig.placeholders import (
    add_default,
    fill_defaults,
    find_old_placeholder,
    guess_value,
    has_placeholder,
    is_conditional,
    may_be_empty,
    modernize_placeholders,
    modernize_shell_syntax,
    remove_conditions,
    remove_defaults,
    remove_placeholders,
    split_directory,
    value_of_condition,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env.HOST}", True),
        ("a ${env.HOST:=x} b", True),
        ("${env.HOST:+x}", True),
        ("${env.HOST:x}", False),
        ("${env.host}", False),
        ("${HOST}", False),
        ("plain", False),
    ],
)
def test_a_placeholder_of_0_2_13_is_recognized(text: str, expected: bool) -> None:
    assert has_placeholder(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env.PORT:8321}", "${env.PORT:8321}"),
        ("a/${env.DIR:~/x}/b", "${env.DIR:~/x}"),
        ("${env.KEY+faiss}", "${env.KEY+faiss}"),
        ("${env.PORT:=8321}", None),
        ("${env.KEY:+faiss}", None),
        ("${env.PORT}", None),
    ],
)
def test_an_old_placeholder_is_found(text: str, expected: str | None) -> None:
    assert find_old_placeholder(text) == expected


def test_defaults_are_filled_in() -> None:
    text = "${env.HOST:=localhost}:${env.PORT}${env.KEY:+on}"
    assert fill_defaults(text) == "localhost:"


def test_a_default_is_added_to_a_whole_placeholder_only() -> None:
    assert add_default("${env.KEY:=}", "none") == "${env.KEY:=none}"
    assert add_default("${env.KEY}", "none") == "${env.KEY:=none}"
    assert add_default("x${env.KEY}", "none") == "x${env.KEY}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env.KEY:+on}", "on"),
        ("${env.KEY:+}", ""),
        ("${env.KEY:=on}", ""),
        ("${env.KEY}", ""),
        ("x${env.KEY:+on}", ""),
    ],
)
def test_the_value_of_a_condition_is_that_of_the_whole_string(
    text: str, expected: str
) -> None:
    assert value_of_condition(text) == expected


def test_the_value_of_a_condition_stays_where_a_default_is_asked_for() -> None:
    assert add_default("${env.KEY:+on}", "none") == "on"
    assert add_default("${env.KEY:+}", "none") == "${env.KEY:=none}"


def test_defaults_conditions_and_placeholders_are_removed() -> None:
    text = "${env.A:=1}-${env.B:+faiss}-${env.C}"
    assert remove_defaults(text) == "${env.A}-${env.B}-${env.C}"
    assert remove_conditions(text) == "a-faiss-c"
    assert remove_placeholders(text) == "--"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env.KEY:=}", True),
        ("${env.KEY:+value}", True),
        ("${env.KEY:=x}", False),
        ("${env.KEY}", False),
        ("x${env.KEY:=}", False),
        ("", False),
    ],
)
def test_a_placeholder_that_may_be_null_is_recognized(
    text: str, expected: bool
) -> None:
    assert may_be_empty(text) is expected


def test_a_switch_is_conditional() -> None:
    assert is_conditional("a${env.KEY:+on}")
    assert not is_conditional("${env.KEY:=on}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env.KEY:=milvus}", "milvus"),
        ("${env.KEY:+faiss}", "faiss"),
        ("${env.KEY}", "key"),
        ("faiss", "faiss"),
    ],
)
def test_the_likeliest_value_is_guessed(text: str, expected: str) -> None:
    assert guess_value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env.PORT:8321}", "${env.PORT:=8321}"),
        ("${env.KEY+faiss}", "${env.KEY:+faiss}"),
        ("${env.DIR:a:b+c}", "${env.DIR:=a:b+c}"),
        ("${env.PORT:=1} ${env.A:2}", "${env.PORT:=1} ${env.A:=2}"),
        ("${env.PORT}", "${env.PORT}"),
    ],
)
def test_old_placeholders_are_modernized(text: str, expected: str) -> None:
    assert modernize_placeholders(text) == expected
    assert find_old_placeholder(expected) is None


def test_the_syntax_of_a_shell_is_modernized() -> None:
    text = "${env.A:-x}${env.B:?must be set}${env.C:y}"
    assert modernize_shell_syntax(text) == "${env.A:=x}${env.B}${env.C:=y}"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/data/kv.db", ("/data/", "kv.db")),
        ("${env.DIR:=/a/b}/kv.db", ("${env.DIR:=/a/b}/", "kv.db")),
        ("C:\\data\\kv.db", ("C:\\data\\", "kv.db")),
        ("kv.db", ("", "kv.db")),
        ("/data/${env.FILE:=a/b.db}", None),
        ("/data/{{ file }}", None),
    ],
)
def test_a_path_is_split_outside_of_placeholders(
    path: str, expected: tuple[str, str] | None
) -> None:
    assert split_directory(path) == expected
