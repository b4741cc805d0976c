"""Damages a text: its bytes, its lines, or its structure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

import yaml

Mutation = Callable[[str, Random, Sequence[str]], str]

PIECES = (
    *"\0\t\r\n \"'`#&*!|>%@?:-,[]{}<=$~\\\x85\u2028\ufeff\ud800é",
    "\r\n",
    "\n\n",
    "---\n",
    "...\n",
    "- ",
    ": ",
    " #x\n",
    "${env.A}",
    "${env.A:=",
    "${env.A:=b}",
    "${env.A+b}",
    "{{ x }}",
    "{{",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "? ",
    "| ",
    ">-\n",
    "null",
)

SCALARS = (
    "",
    "null",
    "~",
    "{}",
    "[]",
    '""',
    "0",
    "-1",
    "1.5",
    ".nan",
    "1e999",
    "true",
    "2024-01-01",
    "0x1F",
    "x",
    "[x]",
    "{x: y}",
    "{a: {b: [c]}}",
    "[{}]",
    "[[a]]",
    "&a x",
    "*a",
    "!!int '1'",
    "!!binary YQ==",
    "!x y",
    "${env.A}",
    "${env.A:=}",
    "${env.A:+x}",
    "${env.A:old}",
    "{{ .Values.x }}",
    "'a\n  b'",
    "|\n    a",
    "{[a]: b}",
    "{1: 2}",
    "{~: x}",
)

VALUES: tuple[Any, ...] = (
    None,
    "",
    0,
    1.5,
    True,
    "x",
    "${env.A:=}",
    "${env.A:+x}",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"x": None},
    {"type": None},
    {"type": "sqlite"},
    {"type": "postgres", "port": 5433},
    {"type": "redis", "host": []},
    {"backend": "kv_default"},
    {"backend": "nope", "namespace": None},
    {None: 1, True: 2},
    float("nan"),
)

MOST_PLACES = 10_000
"""The number of values of a text among which a mutation chooses."""

_VALUE = re.compile(r"(?m)(?<=: )[^\n#]+")
_KEY = re.compile(r"(?m)^[ -]*([\w-]+)(?=:)")


def mutate(text: str, rng: Random, seeds: Sequence[str]) -> str:
    """Return a text with one to four mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        text = rng.choice(MUTATIONS)(text, rng, seeds)
    return text


def _insert(text: str, rng: Random, _: Sequence[str]) -> str:
    place = rng.randint(0, len(text))
    return text[:place] + rng.choice(PIECES) + text[place:]


def _delete(text: str, rng: Random, _: Sequence[str]) -> str:
    place = rng.randint(0, len(text))
    return text[:place] + text[place + rng.choice((1, 1, 2, 5, 20)) :]


def _replace(text: str, rng: Random, _: Sequence[str]) -> str:
    place = rng.randint(0, len(text))
    return text[:place] + rng.choice(PIECES) + text[place + 1 :]


def _flip_byte(text: str, rng: Random, _: Sequence[str]) -> str:
    data = bytearray(text.encode("utf-8", "replace"))
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data.decode("utf-8", "replace")


def _truncate(text: str, rng: Random, _: Sequence[str]) -> str:
    return text[: rng.randint(0, len(text))]


def _on_lines(change: Callable[[list[str], int, Random], None]) -> Mutation:
    def mutation(text: str, rng: Random, _: Sequence[str]) -> str:
        lines = text.splitlines(keepends=True)
        if lines:
            change(lines, rng.randrange(len(lines)), rng)
        return "".join(lines)

    return mutation


def _drop_line(lines: list[str], index: int, rng: Random) -> None:
    del lines[index : index + rng.choice((1, 1, 1, 2, 4))]


def _repeat_line(lines: list[str], index: int, rng: Random) -> None:
    lines[index:index] = lines[index : index + rng.choice((1, 1, 3))]


def _swap_lines(lines: list[str], index: int, rng: Random) -> None:
    other = rng.randrange(len(lines))
    lines[index], lines[other] = lines[other], lines[index]


def _indent_line(lines: list[str], index: int, rng: Random) -> None:
    lines[index] = " " * rng.choice((1, 2, 4)) + lines[index]


def _dedent_line(lines: list[str], index: int, rng: Random) -> None:
    lines[index] = lines[index].removeprefix(" " * rng.choice((1, 2, 4)))


def _comment_line(lines: list[str], index: int, rng: Random) -> None:
    lines[index] = rng.choice(("# ", "#", "  # ")) + lines[index]


def _add_comment(lines: list[str], index: int, rng: Random) -> None:
    words = f"# note {rng.randrange(1000)}"
    if rng.random() < 0.5:
        lines[index] = lines[index].rstrip("\r\n") + f"  {words}\n"
    else:
        lines.insert(index, " " * rng.choice((0, 2, 4)) + words + "\n")


def _blank_line(lines: list[str], index: int, rng: Random) -> None:
    lines.insert(index, rng.choice(("\n", "  \n", "\t\n")))


def _set_value(text: str, rng: Random, _: Sequence[str]) -> str:
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    return text[: match.start()] + rng.choice(SCALARS) + text[match.end() :]


def _set_key(text: str, rng: Random, seeds: Sequence[str]) -> str:
    found = list(_KEY.finditer(text))
    others = _KEY.findall(rng.choice(seeds))
    if not found or not others:
        return text
    match = rng.choice(found)
    return text[: match.start(1)] + rng.choice(others) + text[match.end(1) :]


def _splice(text: str, rng: Random, seeds: Sequence[str]) -> str:
    lines, other = text.splitlines(True), rng.choice(seeds).splitlines(True)
    start = rng.randint(0, len(other))
    place = rng.randint(0, len(lines))
    lines[place:place] = other[start : start + rng.choice((1, 2, 5, 20))]
    return "".join(lines)


def _append(text: str, rng: Random, seeds: Sequence[str]) -> str:
    return text + rng.choice(("---\n", "", "\n...\n")) + rng.choice(seeds)


def _line_ends(text: str, rng: Random, _: Sequence[str]) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r", "\r\n", "\n\n")))


def _wrap(text: str, rng: Random, _: Sequence[str]) -> str:
    kind, section = rng.choice((("ConfigMap", "data"), ("Secret", "stringData")))
    style = rng.choice("|||>")
    body = "".join(f"    {line}" for line in text.splitlines(True))
    return f"kind: {kind}\n{section}:\n  run.yaml: {style}\n{body}"


def _bom(text: str, _: Random, __: Sequence[str]) -> str:
    return "\ufeff" + text


def _restructure(text: str, rng: Random, _: Sequence[str]) -> str:
    """Change the data of a text, and write all of it anew."""
    try:
        data = yaml.safe_load(text)
        for _ in range(rng.choice((1, 1, 2, 3))):
            data = _change_data(data, rng)
        flow = rng.choice((None, False, False, True))
        return yaml.safe_dump(data, default_flow_style=flow, sort_keys=False)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return text


def _change_data(data: Any, rng: Random) -> Any:
    places = list(_places(data))
    if not places:
        return rng.choice(VALUES)
    parent, key = rng.choice(places)
    other, other_key = rng.choice(places)
    choice = rng.randrange(4)
    if choice == 0:
        parent[key] = rng.choice(VALUES)
    elif choice == 1:
        del parent[key]
    elif choice == 2:
        parent[key] = deepcopy(other[other_key])
    elif isinstance(parent, dict):
        parent[rng.choice((other_key, None, 1, True, "x"))] = parent.pop(key)
    else:
        parent.insert(rng.randint(0, len(parent)), parent[key])
    return data


def _places(data: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting and len(found) < MOST_PLACES:
        value = waiting.pop()
        keys: list[Any] = []
        if isinstance(value, dict):
            keys = list(value)
        elif isinstance(value, list):
            keys = list(range(len(value)))
        for key in keys:
            found.append((value, key))
            waiting.append(value[key])
    return found


MUTATIONS: tuple[Mutation, ...] = (
    _insert,
    _insert,
    _delete,
    _replace,
    _flip_byte,
    _truncate,
    _on_lines(_drop_line),
    _on_lines(_drop_line),
    _on_lines(_repeat_line),
    _on_lines(_swap_lines),
    _on_lines(_indent_line),
    _on_lines(_dedent_line),
    _on_lines(_comment_line),
    _on_lines(_add_comment),
    _on_lines(_add_comment),
    _on_lines(_blank_line),
    _set_value,
    _set_value,
    _set_value,
    _set_key,
    _splice,
    _append,
    _line_ends,
    _wrap,
    _bom,
    _restructure,
    _restructure,
    _restructure,
)
