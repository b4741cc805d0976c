"""The answers to the conditions of a template for which it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import combinations

from stackcfg.light_typing import Final
from stackcfg.yamltext.template_blocks import Answers, Condition, OfOthers

Related = Callable[[Condition | OfOthers, Condition | OfOthers], bool]
"""Whether two conditions may decide about the same."""

MOST_CHOICES: Final = 80
"""So many ways to answer are looked at: all answers to six conditions,
or all that differ in two from given ones.
"""

_MOST_RELATED: Final = 160
"""So many are looked at if conditions of different parts are not multiplied."""

_YES_OR_NO: Final = (1, 0)
_MOST_OTHERS: Final = 3
"""So many other answers may go together with one."""


def plain_choices(conditions: Sequence[Condition]) -> Iterator[Answers]:
    """Yield answers: all conditions hold, none does, all but one, only one."""
    for answer in _YES_OR_NO:
        same: Answers = dict.fromkeys(conditions, answer)
        yield same
        for condition in conditions:
            yield {**same, condition: 1 - answer}


def choices_around(answers: Answers, are_related: Related) -> list[Answers] | None:
    """Return all answers, or those that differ in at most two; None if
    these are too many.

    Where there are many conditions, two that are not related are not
    multiplied.
    """
    count = len(answers)
    if 2**count <= MOST_CHOICES:
        return list(differing_choices(answers, count))
    if 1 + count + count * (count - 1) // 2 <= MOST_CHOICES:
        return list(differing_choices(answers, 2))
    found = list(differing_choices(answers, 1))
    for one, other in combinations(answers, 2):
        if are_related(one, other):
            found.append(_with_others(answers, (one, other)))
    if len(found) > _MOST_RELATED:
        return None
    return found


def spread_choices(answers: Answers) -> Iterator[Answers]:
    """Yield answers that differ in many: of each two conditions there
    are some in which only one differs, and some in which both do.
    """
    bits = len(answers).bit_length()
    for bit in range(bits):
        some = [
            condition
            for number, condition in enumerate(answers, 1)
            if number >> bit & 1
        ]
        others = [condition for condition in answers if condition not in some]
        yield _with_others(answers, some)
        yield _with_others(answers, others)


def _with_others(answers: Answers, some: Iterable[Condition | OfOthers]) -> Answers:
    return {**answers, **{condition: 1 - answers[condition] for condition in some}}


def differing_choices(answers: Answers, most: int) -> Iterator[Answers]:
    """Yield answers, and those that differ in some of them, few first."""
    for count in range(most + 1):
        for some in combinations(answers, count):
            yield _with_others(answers, some)


def choices_without(answers: Answers, condition: Condition) -> Iterator[Answers]:
    """Yield answers that differ in one condition, and in a few others."""
    others = {each: value for each, value in answers.items() if each != condition}
    most = len(others)
    if 2**most > MOST_CHOICES:
        most = _MOST_OTHERS
    for choice in differing_choices(others, most):
        yield {**choice, condition: 1 - answers[condition]}


def with_items(answers: Answers, repeated: Collection[Condition]) -> Answers:
    """Return answers with two items for each `range` that has any."""
    return {
        condition: answer * (1 + (condition in repeated))
        for condition, answer in answers.items()
    }


def with_other_items(
    answers: Answers, repeated: Collection[Condition]
) -> Iterator[Answers]:
    """Yield answers with two items for each `range`: both alike, and
    then for each condition about items those in which the second one
    differs.
    """
    several = with_items(answers, repeated)
    yield several
    for condition in answers:
        if isinstance(condition, Condition) and set(condition.scope) & set(repeated):
            yield {**several, OfOthers(condition): 1 - answers[condition]}
