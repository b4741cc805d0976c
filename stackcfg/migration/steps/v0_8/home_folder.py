"""0.7 → ogx 0.8: the home folder `~/.llama` is called `~/.ogx` (upstream #5613, #5653).

`ogx` renames the folder when it starts, unless `~/.ogx` is there already or OGX_CONFIG_DIR is set. A config that goes
on saying `~/.llama` then finds an empty folder and makes empty databases in it. Variables of the server's own are
called OGX_* instead of LLAMA_STACK_*; those that a file names in placeholders count as before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import CHECK, INFO, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, value_at
from stackcfg.runconfig.placeholders import PLACEHOLDER_START, guess_value
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.document import SCALAR, ParseError, walk_nodes
from stackcfg.yamltext.edits import Edit

_VARIABLE: Final = re.compile(
    f"(?:{PLACEHOLDER_START}" + r":[=+]~|\$\{env\.HOME(?::=[^}]*)?\})/\.llama(?=[/}]|$)"
)
_LITERAL: Final = re.compile(r"^~/\.llama(?=/|$)")
_EVERY: Final = re.compile(f"{_VARIABLE.pattern}|{_LITERAL.pattern}")
_LEFT: Final = re.compile(r"/\.llama(?=[/}]|$)")
_OWN_VARIABLE: Final = re.compile(r"\$\{env\.(LLAMA_STACK_[A-Z0-9_]+)")
_EXPANDED: Final = frozenset(
    {"external_providers_dir", "external_apis_dir", "tls_verify"}
)


def run(context: StepContext) -> Iterator[Change]:
    """Write the new name in every path that the server looks up in its home folder."""
    changed: list[int] = []
    for path, node in walk_nodes(context.text.root):
        if node.kind != SCALAR or ".llama" not in node.text:
            continue
        raw = context.text.document.text[node.start : node.end]
        pattern = _pattern(context, path)
        if pattern.search(node.text):
            if len(pattern.findall(raw.strip("'\""))) != len(
                pattern.findall(node.text)
            ):
                raise ParseError(
                    "a path over more than one line", node.start, "write it on one line"
                )
            changed.append(node.start)
            yield from _edits(raw, node.start, pattern)
        elif _LITERAL.search(node.text):
            message = f"'{path[-1]}': the server does not expand '~' here; the path stays, and so does what it names"
            yield StepNote(INFO, message, node.start)
        elif _LEFT.search(node.text):
            message = (
                f"'{path[-1]}' lies below a folder '.llama': ogx renames the one in its home to '.ogx' at its first "
                "start; change the path then, or set OGX_CONFIG_DIR to that folder so that it stays"
            )
            yield StepNote(CHECK, message, node.start)
    yield from _values(context, context.data, ())
    if changed:
        message = (
            f"{len(changed)} path{'s' if len(changed) > 1 else ''} below ~/.llama now below ~/.ogx: ogx renames the "
            "folder at its first start, unless ~/.ogx exists or OGX_CONFIG_DIR is set; then, and where it is a mounted "
            "volume, move it yourself"
        )
        yield StepNote(CHECK, message, changed[0])
    yield from _variables(context)


def _pattern(context: StepContext, path: Path) -> re.Pattern[str]:
    """What is renamed at a path: `~` counts in variables everywhere, written out only where somebody expands it."""
    return _EVERY if _is_expanded(context, path) else _VARIABLE


def _is_expanded(context: StepContext, path: Path) -> bool:
    if path[-1:] == ("db_path",) and path[:2] == ("storage", "backends"):
        return guess_value(
            as_string(value_at(context.data, (*path[:-1], "type")))
        ).startswith("sql_")
    if path[:2] == ("providers", "vector_io") and path[-1] == "db_path":
        return (
            guess_value(as_string(value_at(context.data, (*path[:3], "provider_type"))))
            == "inline::milvus"
        )
    return bool(path) and (path[-1] in _EXPANDED or path[-3:-1] == ("network", "tls"))


def _edits(raw: str, start: int, pattern: re.Pattern[str]) -> Iterator[Edit]:
    quote = 1 if raw[:1] in ("'", '"') else 0
    for match in pattern.finditer(raw[quote : len(raw) - quote]):
        end = start + quote + match.end()
        yield Edit(end - len("llama"), end, ("ogx",))


def _values(context: StepContext, value: Any, path: Path) -> Iterator[Put]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _values(context, each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _values(context, each, (*path, index))
    elif isinstance(value, str) and ".llama" in value:
        new = _pattern(context, path).sub(
            lambda match: match.group().removesuffix("llama") + "ogx", value
        )
        if new != value:
            yield Put(path, new)


def _variables(context: StepContext) -> Iterator[StepNote]:
    found = list(_OWN_VARIABLE.finditer(context.text.document.text))
    for name in sorted({match[1] for match in found}):
        where = next(match.start() for match in found if match[1] == name)
        new = name.replace("LLAMA_STACK", "OGX")
        message = f"{name} counts in this file as before, but ogx itself reads {new}: set both where you set one"
        yield StepNote(CHECK, message, where)
