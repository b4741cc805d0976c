"""The keys and values of run configs at a place of their file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from stackcfg.loading.config_positions import outer_offset
from stackcfg.loading.configs import RunConfig
from stackcfg.paths import Path
from stackcfg.validation.rule_finding import KEY, VALUE
from stackcfg.yamltext.document import ALIAS, SCALAR, Node, Span, content_start


class Spot(NamedTuple):
    """A key or a value of a config: the number of the config, its path,
    its span in the file.

    `is_plain` says whether the file has it letter by letter.
    """

    number: int
    path: Path
    part: str
    node: Node
    span: Span
    is_plain: bool = True


def find_spot(configs: Sequence[RunConfig], offset: int) -> Spot | None:
    """Return the key or scalar at an offset of a file; None if there is none.

    An offset just behind a word is still at it.
    """
    for number, config in enumerate(configs):
        for spot in walk_spots(config, number):
            start, end = spot.span
            if start <= offset <= end:
                return spot
    return None


def walk_spots(config: RunConfig, number: int) -> Iterator[Spot]:
    """Yield the keys and scalars of a config in the order of its file."""
    waiting: list[tuple[Path, Node]] = [((), config.document.root)]
    while waiting:
        path, node = waiting.pop()
        if node.kind in (SCALAR, ALIAS):
            yield spot_of(config, number, path, node)
            continue
        below: list[tuple[Path, Node]] = []
        for key, value in node.entries:
            inner: Path = (*path, key.target.text)
            yield spot_of(config, number, inner, key, KEY)
            below.append((inner, value))
        for index, item in enumerate(node.items):
            inner = (*path, index)
            below.append((inner, item))
        # the first one is taken next
        waiting += reversed(below)


def spot_of(
    config: RunConfig, number: int, path: Path, node: Node, part: str = VALUE
) -> Spot:
    """Return a key or value of a config with its span in the file."""
    start = node.start
    if node.kind == SCALAR:
        start = content_start(config.document.text, node)
    end = max(node.end, start)
    outer_start = outer_offset(config, start)
    outer_end = outer_start
    if end > start:
        # a span ends behind its last character, which may be the last of an
        # embedded text
        outer_end = outer_offset(config, end - 1) + 1
    is_as_long = outer_end - outer_start == end - start
    has_escapes = all(each.escapes is not None for each in config.holders)
    return Spot(
        number,
        path,
        part,
        node,
        span=(outer_start, outer_end),
        is_plain=is_as_long and has_escapes,
    )
