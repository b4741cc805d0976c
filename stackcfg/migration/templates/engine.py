"""The migration of a template: each text that it writes is migrated,
and the new template is proved to write the results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.loading.chart_values import is_begin_mark
from stackcfg.loading.configs import BOM, find_run_configs, read_documents
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.loading.release_fit import detect_releases
from stackcfg.loading.template_files import RENDER
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.migration.proof import ProofError
from stackcfg.migration.result import MigrationNote, MigrationResult
from stackcfg.migration.settings import Settings
from stackcfg.migration.templates.alignment import Alignment, Inserted, align
from stackcfg.migration.templates.last_comments import with_comments_in_place
from stackcfg.migration.templates.merge import merge
from stackcfg.migration.templates.notes import reports_of_template
from stackcfg.migration.templates.rewriting import write_template
from stackcfg.releases.families import describe_releases, families, target_of
from stackcfg.releases.stores import with_declared_fields
from stackcfg.releases.versions import Release
from stackcfg.validation.templates.choice import Template
from stackcfg.validation.templates.texts import Judge, WrittenText, with_equal_names
from stackcfg.yamltext.lines import content_position
from stackcfg.yamltext.template_blocks import (
    BlockError,
    without_items,
    without_marks,
)
from stackcfg.yamltext.template_reader import read_blocks
from stackcfg.yamltext.values import data_of

_VALUES: Final = "toYaml"
_NAME_THE_CHART: Final = (
    f"name the folder of its chart, whose values are read, or {RENDER}"
)

Migrate = Callable[[str, Settings], MigrationResult]


class _Outcome(NamedTuple):
    """What the migration makes of a text, and the lines of its run config."""

    old: WrittenText
    result: MigrationResult
    lines: list[str]


def migrate_template(
    text: str, settings: Settings, error: StructureError, migrate: Migrate
) -> MigrationResult:
    """Migrate a template that decides about the structure of a run config.

    Raises `InputError` if it cannot be done, or not be proved.
    """
    try:
        return _migrate_either(text, settings, error, migrate)
    except StructureError as found:
        releases = _releases_that_help(text, settings, error, migrate)
        if not releases:
            raise
        words = describe_releases(releases)
        hint = f"say with --from which release it is for ({words}), or {found.hint}"
        raise found.replace(hint=hint) from None


def _releases_that_help(
    text: str, settings: Settings, error: StructureError, migrate: Migrate
) -> frozenset[Release]:
    """Return the releases that a refused template fits, if it can be
    migrated for the newest of them: texts that fit different releases
    have no migration in common.
    """
    if settings.source is not None:
        return frozenset()
    try:
        fitting = _find_fitting_releases(text, settings, error)
    except InputError:
        return frozenset()
    names = [family for family in families() if family.last in fitting]
    if not names:
        return frozenset()
    for_newest = settings._replace(source=names[-1].last)
    try:
        _migrate_either(text, for_newest, error, migrate)
    except InputError:
        return frozenset()
    return fitting


def _find_fitting_releases(
    text: str, settings: Settings, error: StructureError
) -> frozenset[Release]:
    if settings.chart is not None:
        from stackcfg.loading.chart_templates import read_chart_template

        template = read_chart_template(text, settings.chart, error)
        text, error = template.text, template.error_in_text
    best = _read_template(text, settings, error).best_text()
    return _find_releases(best, settings)


def _migrate_either(
    text: str, settings: Settings, error: StructureError, migrate: Migrate
) -> MigrationResult:
    """Migrate a template, with the values of its chart if they are known.

    Raises `InputError`.
    """
    if settings.chart is not None:
        from stackcfg.migration.templates.values import migrate_with_values

        return migrate_with_values(text, settings, error, migrate)
    try:
        return migrate_alone(text, settings, error, migrate)
    except StructureError as found:
        if _VALUES not in found.expression:
            raise
        raise found.replace(hint=_NAME_THE_CHART) from None


def migrate_alone(
    text: str, settings: Settings, error: StructureError, migrate: Migrate
) -> MigrationResult:
    """Migrate a template without values of a chart, or with all of them in it.

    Raises `InputError`.
    """
    template = _read_template(text, settings, error)
    try:
        return _Migration(template, settings, migrate).run()
    except BlockError as found:
        raise template.error_at(found.number) from None
    except ProofError:
        raise error from None


def migrate_best_text(
    text: str, settings: Settings, error: StructureError, migrate: Migrate
) -> MigrationResult:
    """Migrate the text that has most of a template. Raises `InputError`."""
    best = _read_template(text, settings, error).best_text()
    releases = _find_releases(best, settings)
    return migrate(best.text, settings._replace(releases=releases))


def _read_template(text: str, settings: Settings, error: StructureError) -> Template:
    target = None
    if settings.source is not None:
        target = target_of(settings.source)
    return Template(text, error, Judge(target, settings.declared))


class _Migration:
    """Migrates the texts of one template."""

    def __init__(
        self, template: Template, settings: Settings, migrate: Migrate
    ) -> None:
        self._template = template
        self._region = template.region
        self._blocks = template.blocks
        self._settings = settings
        self._migrate = migrate
        self._known: dict[str, MigrationResult] = {}
        lines = self._blocks.lines
        self._headers = {
            number - 1 for number, line in enumerate(lines) if is_begin_mark(line)
        }

    def run(self) -> MigrationResult:
        """Return the new template.

        Raises `InputError`, `BlockError` or `ProofError`.
        """
        texts = self._template.choose_texts()
        releases = _find_releases(texts[0], self._settings)
        self._settings = self._settings._replace(releases=releases)
        outcomes = [self._migrate_text(each) for each in texts]
        # texts with several items of each list
        items = self._template.texts_of_items(texts[0])
        several = [self._migrate_text(each) for each in items]
        spread = self._template.spread_texts(texts)
        proofs = several + [self._migrate_text(each) for each in spread]
        others = list(self._migrate_others(texts))
        try:
            new = self._new_lines([*outcomes, *others], several, proofs)
        except (BlockError, ProofError):
            # nobody has what the server refuses
            new = self._new_lines(outcomes, several, proofs)
        notes = self._equal_names(outcomes[0])
        return self._result(new, outcomes, notes)

    def _migrate_others(self, texts: Sequence[WrittenText]) -> Iterator[_Outcome]:
        """Yield what the migration makes of texts that the server refuses."""
        for text in self._template.refused_texts(texts):
            try:
                yield self._migrate_text(text)
            except (InputError, ProofError):
                continue

    def _migrate_text(self, text: WrittenText) -> _Outcome:
        try:
            result = self._result_of(text.text)
        except InputError as error:
            # why a text cannot be migrated is why the template cannot
            position = text.position_in_template(error.position)
            message = text.message_in_template(error.message)
            raise error.replace(message=message, position=position) from None
        if self._settings.target is None and result.changed:
            # all texts have one target
            self._settings = self._settings._replace(target=result.target)
        new = self._lines_of(result.text)
        lines = with_comments_in_place(new, text.written, self._blocks)
        return _Outcome(text, result, lines)

    def _result_of(self, text: str) -> MigrationResult:
        """Migrate a text, which more than one choice can write."""
        if text not in self._known:
            self._known[text] = self._migrate(text, self._settings)
        return self._known[text]

    def _lines_of(self, text: str) -> list[str]:
        """Return the lines of the run config in a migrated text."""
        lines = text.split("\n")
        if self._region.is_alone:
            return lines[:-1]
        start, end = self._region.start, self._region.end
        rest = len(self._region.lines) - end
        return lines[start : len(lines) - rest]

    def _new_lines(
        self,
        outcomes: Sequence[_Outcome],
        several: Sequence[_Outcome],
        proofs: Sequence[_Outcome],
    ) -> list[str]:
        """Return the new lines of the template, proved by further outcomes, too.

        Raises `BlockError` or `ProofError`.
        """
        blocks = self._blocks
        new = list(blocks.lines[blocks.start : blocks.end])
        if any(outcome.result.changed for outcome in outcomes):
            alignments = [self._align(outcome) for outcome in outcomes]
            answers = [outcome.old.answers for outcome in outcomes]
            repeats = _find_repeats(outcomes[0].lines, several[0].lines)
            merged = merge(blocks, answers, alignments, repeats)
            new = write_template(blocks, merged)
        _prove(new, [*outcomes, *proofs])
        return new

    def _align(self, outcome: _Outcome) -> Alignment:
        start, end = self._blocks.start, self._blocks.end
        written = outcome.old.written
        return align(written, outcome.lines, start, end, self._headers)

    def _equal_names(self, first: _Outcome) -> list[MigrationNote]:
        """Return a note for what the text lacks if an expression has
        the same value in each block, as the name of a model has.

        Raises `BlockError` if it would be otherwise.
        """
        equal = self._migrate_text(with_equal_names(self._region, first.old))
        lines = list(map(without_marks, first.lines))
        different = first._replace(old=equal.old, lines=lines)
        notes: list[MigrationNote] = []
        old, new = self._align(different), self._align(equal)
        for number, text in old.kept.items():
            if new.kept.get(number) != text:
                raise BlockError(number)
        known = Counter(line.text for line in old.inserted)
        for line in new.inserted:
            known[line.text] -= 1
            if known[line.text] < 0:
                notes.append(self._note_missing(line))
        if any(count > 0 for count in known.values()):
            raise BlockError(self._blocks.start)
        return notes

    def _note_missing(self, line: Inserted) -> MigrationNote:
        message = (
            f"if this is a name from another block, '{line.text.strip()}' "
            "belongs below it; write it with what this block calls these"
        )
        position = content_position(self._region.lines, line.after)
        return MigrationNote(ACTION_REQUIRED, message, position)

    def _result(
        self,
        new: Sequence[str],
        outcomes: Sequence[_Outcome],
        notes: Sequence[MigrationNote],
    ) -> MigrationResult:
        before = self._region.lines[: self._region.start]
        after = self._region.lines[self._region.end :]
        text = "\n".join([*before, *new, *after])
        old = "\n".join(self._region.lines)
        # the first one can lack a block with the storage
        fullest = max(outcomes, key=_count_named_stores)
        others = [outcome for outcome in outcomes if outcome is not fullest]
        migrated = [(each.old, each.result) for each in (fullest, *others)]
        configs = reports_of_template(migrated, notes)
        first = outcomes[0].result
        return first._replace(text=text, changed=text != old, configs=configs)


def _count_named_stores(outcome: _Outcome) -> int:
    """Return how many stores a text itself has in a known place."""
    stores = [store for config in outcome.result.configs for store in config.stores]
    named = [store for store in stores if not store.is_default]
    return sum(store.before is not None for store in named)


def _prove(new: Sequence[str], outcomes: Sequence[_Outcome]) -> None:
    """Raise `ProofError` unless new lines write what each migration wrote."""
    try:
        blocks = read_blocks(new, 0, len(new))
    except BlockError:
        raise ProofError("a block of the template would be broken") from None
    if not outcomes[0].old.answers.keys() >= set(blocks.conditions):
        raise ProofError("the template would ask for something else")
    for outcome in outcomes:
        written = [each.text for each in blocks.write(outcome.old.answers)]
        if written != outcome.lines and not _are_same(written, outcome.lines):
            raise ProofError("the template would write something else")


def _find_releases(text: WrittenText, settings: Settings) -> frozenset[Release]:
    """Return the releases that the run config in a text fits.

    They are none if there is more than one config, or the user names
    them.
    """
    if settings.source is not None:
        return frozenset()
    configs = list(find_run_configs(read_documents(text.text.removeprefix(BOM))))
    if len(configs) != 1:
        return frozenset()
    fields = with_declared_fields(settings.declared)
    return detect_releases(configs[0], fields).releases


def _are_same(some: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether texts differ only in blank lines, and the
    indentation of comments.
    """
    if list(_essential(some)) != list(_essential(others)):
        return False
    return _data_in(some) == _data_in(others)


def _data_in(lines: Sequence[str]) -> list[Any]:
    """Return the data of the documents in some lines."""
    text = "\n".join([*map(without_marks, lines), ""])
    return [data_of(document.root) for document in read_documents(text)]


def _essential(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        content = line.strip()
        if content.startswith("#"):
            yield content
        elif content:
            yield line


def _find_repeats(lines: Sequence[str], several: Sequence[str]) -> dict[str, bool]:
    """Return for lines whether more of them are written for several items.

    Lines of which some are written more often, and some are not, are
    left out.
    """
    before = Counter(lines)
    after = Counter(map(without_items, several))
    repeats: dict[str, bool] = {}
    for line, count in before.items():
        if after[line] in (count, 2 * count):
            repeats[line] = after[line] > count
    return repeats
