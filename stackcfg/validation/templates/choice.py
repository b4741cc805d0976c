"""Chooses the texts by which a template is judged or migrated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from stackcfg.loading.errors import StructureError
from stackcfg.loading.template_files import structure_error_at
from stackcfg.loading.template_regions import find_region
from stackcfg.validation.templates.sections import Sections
from stackcfg.validation.templates.texts import Judge, WrittenText, write_text
from stackcfg.yamltext.template_blocks import Answers, BlockError, Condition
from stackcfg.yamltext.template_choices import (
    choices_around,
    choices_without,
    differing_choices,
    plain_choices,
    spread_choices,
    with_other_items,
)
from stackcfg.yamltext.template_lines import TEXT, read_line
from stackcfg.yamltext.template_reader import read_blocks


class Template:
    """A template that decides about the structure of a run config.

    Raises `StructureError` if it is not known what its lines do.
    """

    def __init__(self, text: str, error: StructureError, judge: Judge) -> None:
        self._error = error
        self._judge = judge
        self._choices: list[Answers] = []
        self.lines = text.split("\n")
        region = find_region(self.lines, error.position.line - 1)
        try:
            self.blocks = read_blocks(self.lines, region.start, region.end)
        except BlockError as found:
            raise structure_error_at(error, self.lines, found.number) from None
        self.region = region._replace(end=self.blocks.end)
        if self.blocks.emitted:
            raise self.error_at(self.blocks.emitted[0])

    def error_at(self, number: int) -> StructureError:
        """Return the error for a line that decides about the run config."""
        line = self.blocks.block_of(number)
        if read_line(self.lines[line]).kind == TEXT:
            line = min(self.blocks.first_lines, default=line)
        return structure_error_at(self._error, self.lines, line)

    def best_text(self) -> WrittenText:
        """Return the text with the fewest problems that has most of the template."""
        choices = plain_choices(self.blocks.conditions)
        return self._judge.choose_best(map(self._write, choices))

    def choose_texts(self) -> list[WrittenText]:
        """Return texts that the server reads, with all lines of the template.

        All others differ little from the first one, which has most of
        the template. Raises `StructureError`.
        """
        best = self.best_text()
        sections = Sections(self.blocks)
        choices = choices_around(best.answers, sections.are_related)
        if choices is None:
            raise self.error_at(self.blocks.start)
        self._choices = choices
        texts = [best]
        texts += self._read_texts(best, choices)
        for condition in self.blocks.conditions:
            answers = {text.answers[condition] for text in texts}
            if len(answers) == 1:
                texts += self._texts_without(best, condition)
        others = list(self._texts_of_other_lines(texts))
        return texts + others

    def _texts_of_other_lines(
        self, texts: Sequence[WrittenText]
    ) -> Iterator[WrittenText]:
        """Yield texts with lines that are in none of some texts, since
        a server refuses these lines themselves.
        """
        seen: set[int] = set()
        for text in texts:
            seen |= text.lines
        choices = plain_choices(self.blocks.conditions)
        others = list(map(self._write, choices))
        for number in self.blocks.texts:
            if number in seen:
                continue
            having = [text for text in others if number in text.lines]
            if not having:
                raise self.error_at(number)
            best = self._judge.choose_best(having)
            if self._judge.is_ambiguous(best):
                raise self.error_at(number)
            yield best
            seen |= best.lines

    def refused_texts(self, texts: Sequence[WrittenText]) -> Iterator[WrittenText]:
        """Yield texts beside those that the server reads, which it refuses."""
        known = [text.answers for text in texts]
        for answers in self._choices:
            if answers in known:
                continue
            text = self._write(answers)
            if not self._judge.is_ambiguous(text):
                yield text

    def spread_texts(self, texts: Sequence[WrittenText]) -> Iterator[WrittenText]:
        """Yield texts that the server reads and that differ more from the first."""
        best = texts[0]
        known = [text.answers for text in texts]
        choices = spread_choices(best.answers)
        for text in self._read_texts(best, choices):
            if text.answers not in known:
                yield text

    def texts_of_items(self, text: WrittenText) -> Iterator[WrittenText]:
        """Yield texts that are written for several items of each
        `range`: first for items alike, then for different ones.
        """
        choices = with_other_items(text.answers, self.blocks.repeated)
        for number, answers in enumerate(choices):
            other = self._write(answers)
            if not number or self._judge.reads(other, text):
                yield other

    def _texts_without(
        self, best: WrittenText, condition: Condition
    ) -> Iterator[WrittenText]:
        """Yield texts for the other answer to one condition, if the
        server reads any.
        """
        choices = choices_without(best.answers, condition)
        for text in self._read_texts(best, choices):
            yield text
            # the first choice is that of the text itself
            _, *around = differing_choices(text.answers, 1)
            yield from self._read_texts(best, around)
            return

    def _read_texts(
        self, best: WrittenText, choices: Iterable[Answers]
    ) -> Iterator[WrittenText]:
        for answers in choices:
            if answers == best.answers:
                continue
            text = self._write(answers)
            if self._judge.reads(text, best):
                yield text

    def _write(self, answers: Answers) -> WrittenText:
        return write_text(self.region, self.blocks, answers)
