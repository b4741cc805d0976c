"""The texts that a template writes, and which of them a server reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import itemgetter

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.chart_values import OPAQUE
from stackcfg.loading.errors import InputError
from stackcfg.loading.template_regions import Region
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.families import Target
from stackcfg.releases.stores import StoreField
from stackcfg.validation.findings import ERROR
from stackcfg.validation.settings import Settings
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.template_blocks import (
    Answers,
    Blocks,
    Written,
    without_marks,
)

_DUPLICATES: Final = frozenset(
    {"duplicate-key", "duplicate-provider", "duplicate-connector"}
)
"""Rules about what the server takes only one of; no migration knows which."""

_TOGETHER: Final = _DUPLICATES | {
    "api-without-provider",
    "conflicting-resource",
    "empty-apis",
    "missing-dependency",
    "missing-field",
    "missing-store",
    "unknown-backend",
    "unknown-provider",
    "wrong-type",
}
"""Rules about parts of a config that do not go together, or of which one lacks."""

_NUMBER: Final = lazy_pattern(r"\d+")
LINE_NUMBER: Final = lazy_pattern(r"(?<=\bline )\d+|(?<=\blines )\d+")
"""The number of a line in a message."""

_NO_RULE: Final = ""
_UNREADABLE: Final = frozenset([(_NO_RULE, "")])
"""The problems of a text that cannot be read."""

Problems = frozenset[tuple[str, str]]


class WrittenText(NamedTuple):
    """A text that a template writes for some answers.

    `numbers` are the lines of the template that its lines are,
    `written` those of the run config.
    """

    answers: Answers
    text: str
    numbers: list[int]
    written: list[Written]

    @property
    def lines(self) -> set[int]:
        """The lines of the run config in the template that are written."""
        return {each.number for each in self.written}

    def position_in_template(self, position: Position) -> Position:
        """Return the place in the template of a place in the text."""
        line, column = position
        if not 0 < line <= len(self.numbers):
            return position
        lines = self.text.split("\n")
        before = lines[line - 1][: column - 1]
        number = self.numbers[line - 1]
        return Position(number + 1, len(without_marks(before)) + 1)

    def message_in_template(self, message: str) -> str:
        """Return a message about the text as one about the template."""

        def number_in_template(match: re.Match[str]) -> str:
            place = Position(int(match[0]), 1)
            return str(self.position_in_template(place).line)

        return without_marks(LINE_NUMBER.sub(number_in_template, message))


def write_text(region: Region, blocks: Blocks, answers: Answers) -> WrittenText:
    """Return the text that a template writes for some answers."""
    written = blocks.write(answers)
    text, numbers = region.text_with(written)
    return WrittenText(answers, text, numbers, written)


def with_equal_names(region: Region, text: WrittenText) -> WrittenText:
    """Return a text in which an expression has the same value in every block."""
    written = [each._replace(text=without_marks(each.text)) for each in text.written]
    joined, numbers = region.text_with(written)
    return WrittenText(text.answers, joined, numbers, written)


class Judge:
    """Finds the problems of texts for the server that reads the first of them."""

    def __init__(self, target: Target | None, declared: tuple[StoreField, ...]) -> None:
        self._target = target
        self._declared = declared
        self._known: dict[str, Problems] = {}

    def choose_best(self, texts: Iterable[WrittenText]) -> WrittenText:
        """Return the first text with the fewest problems."""
        problems: list[tuple[tuple[bool, int], WrittenText]] = []
        for text in texts:
            found = self._problems_of(text)
            if not found:
                return text
            rank = (found == _UNREADABLE, len(found))
            problems.append((rank, text))
        return min(problems, key=itemgetter(0))[1]

    def reads(self, text: WrittenText, best: WrittenText) -> bool:
        """Return whether a text has no problem that the best one does not have.

        Otherwise its answers do not go together: the server refuses the
        text, so that nobody gives them.
        """
        return self._problems_of(text) <= self._problems_of(best)

    def is_ambiguous(self, text: WrittenText) -> bool:
        """Return whether it is not known what a server takes of a text."""
        rules = {rule for rule, _ in self._problems_of(text)}
        return not rules.isdisjoint({*_DUPLICATES, _NO_RULE})

    def _problems_of(self, text: WrittenText) -> Problems:
        if text.text not in self._known:
            self._known[text.text] = self._find_problems(text)
        return self._known[text.text]

    def _find_problems(self, text: WrittenText) -> Problems:
        from stackcfg.validation.engine import validate_text

        settings = Settings(
            self._target,
            selected=_TOGETHER,
            declared=self._declared,
            errors_only=True,
            always=_DUPLICATES,
        )
        try:
            found = validate_text(text.text, settings)
        except InputError:
            return _UNREADABLE
        if self._target is None and found.targets:
            self._target = found.targets[0]
        lines = text.text.split("\n")
        problems: set[tuple[str, str]] = set()
        for finding in found.findings:
            if finding.severity != ERROR and finding.rule not in _DUPLICATES:
                continue
            line = lines[finding.span.start.line - 1]
            # what is not known may be right
            if OPAQUE not in line:
                message = _NUMBER.sub("", finding.message)
                problems.add((finding.rule, message))
        return frozenset(problems)
