"""Faults of placeholders, and values whose type YAML decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.paths import Path, value_at
from tests.conformance.agreement.draft import RAW, Draft, Fault
from tests.conformance.agreement.keys import is_key
from tests.conformance.mutations.language import put

PLACEHOLDERS: Final = (
    *("${env.MY_X:=}", "${env.MY_X:={}}", "${env.MY_X:=17}", "${env.MY_X:=true}"),
    *("${env.MY_X:+{}}", "${env.MY_X:+}", "${env.MY_X:+17}", "${env.MY_X:=1.5}"),
    *("${env.MY_X:{}}", "${env.MY_X+{}}", "${env.MY_X:-{}}", "${env.my_x:={}}"),
    *("${env.MY_X={}}", "${env.MY_X:={}", "$env.MY_X", "${MY_X:={}}", "${env.}"),
    *("a${env.MY_X:=b}c", "${env.MY_X:=a}${env.MY_Y:=b}", "${env.MY_X:=null}"),
    *("${env.MY_X:=[]}", "${env.MY_X:={{}}}", "${env.MY_X:=${env.MY_Y:=b}}"),
    *("$${env.MY_X:={}}", "${ env.MY_X:={} }", "${env.MY-X:={}}", "${env.MY_X:= {}}"),
)
"""`{}` is the value that is there."""

RAW_SCALARS: Final = (
    *("yes", "no", "on", "off", "Yes", "NO", "True", "~", "null", "Null", "", "y"),
    *("0o17", "017", "0x1F", "1_000", "1e3", "1.0e+3", ".5", "+5", "12:30:45", "0b11"),
    *("2024-01-01", "2024-01-01T10:00:00Z", ".inf", ".nan", "0.3", "1.5.0", "'17'"),
    *('"17"', '"true"', "!!str 17", "!!int '17'", "!!float 17", "!!null ''", "'~'"),
    *("'null'", "{}", "[]", "[yes]", "{a: no}", "- x", "|\n  block", ">-\n  folded"),
    *("!!binary YWJj", "!!set {a, b}", "!!timestamp 2024-01-01", "=", "<<", "09"),
    *("1__0", "-0", "0.0", "007", "1:2", "'2024-01-01'", "!!bool 'yes'", "8321.0"),
)


def scalar_faults() -> Iterator[Fault]:
    """Yield the faults."""
    yield from (_put_placeholder, _put_placeholder, _put_raw, _put_raw)
    yield from (_put_placeholder_in_key, _condition_entry)


def _is_scalar(_: Path, value: Any) -> bool:
    return not isinstance(value, dict | list)


def _put_placeholder(draft: Draft) -> str | None:
    path = draft.choose(_is_scalar)
    if path is None:
        return None
    pattern = draft.rng.choice(PLACEHOLDERS)
    value = value_at(draft.config, path)
    if "${" in str(value):
        return None
    put(draft.config, path, pattern.replace("{}", str(value), 1))
    return f"placeholder {pattern}"


def _put_raw(draft: Draft) -> str | None:
    path = draft.choose(lambda *each: _is_scalar(*each) and is_key(each[0]))
    if path is None:
        return None
    put(draft.config, path, RAW)
    draft.raw = draft.rng.choice(RAW_SCALARS)
    return f"scalar {draft.raw}"


def _put_placeholder_in_key(draft: Draft) -> str | None:
    path = draft.choose(lambda *_: True)
    if path is None:
        return None
    values = ("${env.MY_X:=}", "${env.MY_X:+x}", "${env.MY_X:={}}", "${env.MY_X:=[]}")
    put(draft.config, path, draft.rng.choice(values))
    return "section by placeholder"


def _condition_entry(draft: Draft) -> str | None:
    """Make the id of a provider or of a resource conditional."""
    path = draft.choose(lambda path, _: path[-1] == "provider_id")
    if path is None or "${" in str(value_at(draft.config, path)):
        return None
    name = value_at(draft.config, path)
    put(draft.config, path, f"${{env.MY_ID:+{name}}}")
    return "entry on a condition"
