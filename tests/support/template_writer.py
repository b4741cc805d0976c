"""Writes templates as Helm does, as far as those of tests need it."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

ACTION = re.compile(r"(?m)^[ \t]*\{\{-? ?(.*?) ?-?\}\}[ \t]*$|^.*$")
SCALAR = re.compile(r"\{\{ ?(.*?) ?\}\}")
VALUE = re.compile(r"toYaml (\S+) \| nindent (\d+)")


def value_of(expression: str, dot: Any, names: dict[str, Any]) -> Any:
    """Evaluate what the templates of these tests ask."""
    expression = expression.split("|")[0].strip()
    if expression.startswith("not ("):
        return not value_of(expression[5:-1], dot, names)
    if expression.startswith("eq "):
        one, other = expression[3:].rsplit(" ", 1)
        return value_of(one, dot, names) == other.strip('"')
    if expression.startswith("and "):
        return all(value_of(each, dot, names) for each in expression[4:].split())
    name, _, path = expression.partition(".")
    found = names[name] if name else dot
    for part in filter(None, path.split(".")):
        found = (found or {}).get(part)
    return found


def yaml_lines(value: Any, indent: int) -> Iterator[str]:
    """Yield what `toYaml` writes: keys in their order, no comments."""
    written = yaml.safe_dump(value, sort_keys=True).rstrip("\n").removesuffix("\n...")
    yield ""
    for line in written.split("\n"):
        yield " " * indent + line


def write(lines: list[str], dot: Any, names: dict[str, Any]) -> Iterator[str]:
    """Write a template as Helm does, as far as those of these tests need it."""
    number = 0
    while number < len(lines):
        body = ACTION.fullmatch(lines[number])[1]
        number += 1
        if body is None:
            inline = re.sub(
                r"\{\{ ?if (.*?) ?\}\}(.*?)\{\{ ?end ?\}\}",
                lambda match: match[2] if value_of(match[1], dot, names) else "",
                lines[number - 1],
            )
            yield SCALAR.sub(lambda match: str(value_of(match[1], dot, names)), inline)
        elif body.startswith("$"):
            name, value = body.split(" := ")
            names[name] = value_of(value, dot, names)
        elif body.startswith(("if ", "range ", "with ")):
            parts, number = branches(lines, number, body)
            yield from write_block(parts, dot, names)
        elif body.startswith("toYaml "):
            value, indent = VALUE.fullmatch(body).groups()
            yield from yaml_lines(value_of(value, dot, names), int(indent))


def branches(
    lines: list[str], number: int, body: str
) -> tuple[list[tuple[str, list[str]]], int]:
    parts: list[tuple[str, list[str]]] = [(body, [])]
    depth = 1
    while True:
        inner = ACTION.fullmatch(lines[number])[1] or ""
        depth += inner.startswith(("if ", "range ", "with ")) - (inner == "end")
        number += 1
        if not depth:
            return parts, number
        if depth == 1 and inner.startswith("else"):
            parts.append((inner[5:] or "if True", []))
        else:
            parts[-1][1].append(lines[number - 1])


def write_block(
    parts: list[tuple[str, list[str]]], dot: Any, names: dict[str, Any]
) -> Iterator[str]:
    for body, lines in parts:
        if body.startswith("range "):
            *variables, asked = re.split(r" := |, ", body[6:])
            items = value_of(asked, dot, names)
            for key in items:
                inner = dict(names)
                if variables:
                    inner |= dict(zip(variables, (key, items[key]), strict=True))
                yield from write(
                    lines, items[key] if isinstance(items, dict) else key, inner
                )
            return
        if body.startswith("with "):
            value = value_of(body[5:], dot, names)
            if value:
                yield from write(lines, value, names)
                return
            continue
        asked = body.removeprefix("if ")
        if asked == "True" or value_of(asked, dot, names):
            yield from write(lines, dot, names)
            return
