"""Edits of run configs inside of other texts, as edits of the file."""

from __future__ import annotations

from collections.abc import Iterable

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.config_positions import file_offset
from stackcfg.loading.configs import input_error
from stackcfg.loading.places.texts import Holding
from stackcfg.migration.hop import HopResult
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.edits import Edit


class _Edits(NamedTuple):
    """Edits of one text, and the texts that it is in, the innermost first."""

    holders: tuple[Holding, ...]
    edits: list[Edit]


def edits_in_file(results: Iterable[HopResult]) -> list[Edit]:
    """Return the edits of all configs on the text of the file.

    Raises `InputError` for a text that no edit can keep.
    """
    left = [_Edits(result.config.holders, result.edits) for result in results]
    left = [each for each in left if each.edits]
    depth = max((len(each.holders) for each in left), default=0)
    while depth:
        left = _lift(left, depth)
        depth -= 1
    return [edit for each in left for edit in each.edits]


def _lift(left: list[_Edits], depth: int) -> list[_Edits]:
    """Return the edits with those of one depth as edits of the texts around.

    Two configs can be in one text, whose edits are made together.
    """
    joined: dict[int, _Edits] = {}
    for each in left:
        name = id(each)
        if len(each.holders) == depth:
            name = id(each.holders[0])
        known = joined.setdefault(name, _Edits(each.holders, []))
        known.edits.extend(each.edits)
    found: list[_Edits] = []
    for each in joined.values():
        if len(each.holders) < depth:
            found.append(each)
        else:
            found.append(_Edits(each.holders[1:], _outer_edits(each)))
    return found


def _outer_edits(held: _Edits) -> list[Edit]:
    holding, *around = held.holders
    try:
        return holding.outer_edits(held.edits)
    except ParseError as error:
        offset = file_offset(tuple(around), error.offset)
        file = held.holders[-1].document
        raise input_error(error.at(offset), file.position) from None
