"""What the target refuses or loses in a config after its last hop.

Steps report what a release took away; the rules of `validate` find
everything else. Where both report one problem, the step's words stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.migration.release_question import (
    ask_for_old_server,
    name_contradiction,
)
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.state import ConfigReader, MigrationState
from stackcfg.migration.target_choice import LEAVE
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.families import Target
from stackcfg.releases.resources import resource_lists
from stackcfg.releases.versions import Release, format_release
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.source_map import EditHistory, SourceMap

if TYPE_CHECKING:
    from stackcfg.validation.findings import Finding

Problem = tuple[str, str]
"""What is wrong, by rule, and the first name in the message.

Names after it can be those of sections, which have other names in other
releases.
"""

LOSSES: Final = frozenset({"unregistered-resource"})
"""Rules whose warnings are about resources that the server silently skips."""

DROPPED_KEYS: Final = frozenset({"unknown-key", "backend-field", "reference-field"})
"""Rules whose warnings are about keys that the server silently drops."""

START_DEMANDS: Final = frozenset({"tls-required"})
"""Rules whose warnings are about what a later release demands at start."""

MISSING_API: Final = {
    "api-without-provider": "missing-api",
    "missing-dependency": "missing-api",
}
"""Rules about one problem: an API has no provider, whoever needs it."""

SERVER_NAMES: Final = frozenset({"image_name", "distro_name"})
"""One problem, too: since 0.5.0 the server's name has another key and error."""

SERVER_NAME: Final = ("server-name", "")
"""The problem that a server has no name; more than one rule reports it."""

LONGEST_ADVICE: Final = 320
"""Longer advice lists all known names, which `validate` does as well."""

_QUOTED: Final = lazy_pattern(r"'([^']+)'")


def check_result(
    state: MigrationState,
    history: EditHistory,
) -> list[MigrationNote]:
    """Return the notes of a migration, with those on what the target refuses.

    A problem that the old server had as well is to be checked; every
    other one requires an action. Of a config that is left as it is,
    what its own release refuses is to be checked: it can be the result
    of an unfinished migration.
    """
    target = state.target
    state.notes += name_contradiction(state)
    if state.mode == LEAVE:
        demands = _new_demands(state, history)
        problems_left = _left_problems(state, history)
        asked = ask_for_old_server(state)
        return [*state.notes, *asked, *demands, *problems_left]
    if not state.changed and not _other_releases(state, target):
        left = list(_left_problems(state, history))
        new = [each for each in left if not _is_reported(state.notes, each)]
        return [*state.notes, *new]
    dropped = list(_keys_of_later_releases(state, history))
    problems = _find_problems(state.now, target)
    if not problems:
        return [*state.notes, *dropped]
    lines, source_map = LineIndex(history.text), SourceMap(history)
    known = _problems_before(state, target, problems)
    reported, more = list(state.notes), dropped
    for problem in problems:
        position = source_map.find_source(lines.offset(problem.span.start))
        note = _describe(problem, position, _key_of(problem) in known)
        # no step looks for what is silently skipped
        if problem.rule in LOSSES or not _raise_severity(reported, note):
            more.append(note)
    return [*reported, *more]


def _keys_of_later_releases(
    state: MigrationState, history: EditHistory
) -> Iterator[MigrationNote]:
    """Yield the keys that the target drops, but that are read by a
    later release which the file fits.
    """
    target, others = state.target, _other_releases(state, state.target)
    if not others or others[0] <= target.last:
        return
    from stackcfg.validation.findings import ERROR

    keys = _find_problems(state.now, target, DROPPED_KEYS, DROPPED_KEYS)
    # one for which the target refuses the file is reported with the problems
    dropped = [each for each in keys if each.severity != ERROR]
    if not dropped:
        return
    later = Target(format_release(others[0]), others[0], others[0])
    found = _find_problems(state.original, later, DROPPED_KEYS, DROPPED_KEYS)
    yield from _check_notes(dropped, {_key_of(each) for each in found}, history)


def _left_problems(
    state: MigrationState, history: EditHistory
) -> Iterator[MigrationNote]:
    """Yield what the target refuses in a config that is already for it."""
    target = state.target
    if state.age.oldest <= target.last <= state.age.newest:
        yield from _check_notes(_find_problems(state.now, target), set(), history)


def _new_demands(
    state: MigrationState, history: EditHistory
) -> Iterator[MigrationNote]:
    """Yield what the named target demands at start of a config that it
    reads as it is, where the oldest release that the config fits does
    not.
    """
    target, oldest = state.target, state.age.oldest
    if state.settings.target is None or oldest >= target.last:
        return
    demands = _find_problems(state.now, target, START_DEMANDS, START_DEMANDS)
    if not demands:
        return
    source = Target(format_release(oldest), oldest, oldest)
    before = _find_problems(state.now, source, START_DEMANDS, START_DEMANDS)
    known = {_key_of(each) for each in before}
    for note in _check_notes(demands, known, history):
        # the file can come from such a release, hop by hop
        name = format_release(oldest[:2])
        advice = f"if the file is for {name}, '--from {name}' writes 'insecure: true'"
        yield note._replace(message=f"{note.message}; {advice}")


def _check_notes(
    found: Sequence[Finding], known: set[Problem], history: EditHistory
) -> Iterator[MigrationNote]:
    """Yield what another release does not find as well, to be checked."""
    lines, source_map = LineIndex(history.text), SourceMap(history)
    for finding in found:
        if _key_of(finding) not in known:
            position = source_map.find_source(lines.offset(finding.span.start))
            yield MigrationNote(CHECK, _with_advice(finding), position)


def _describe(
    problem: Finding,
    position: Position,
    was_before: bool,
) -> MigrationNote:
    if was_before:
        message = f"{problem.message} (also before the migration)"
        return MigrationNote(CHECK, message, position)
    return MigrationNote(ACTION_REQUIRED, _with_advice(problem), position)


def _with_advice(problem: Finding) -> str:
    if problem.help and len(problem.help) <= LONGEST_ADVICE:
        return f"{problem.message}; {problem.help}"
    return problem.message


def _raise_severity(reported: list[MigrationNote], new: MigrationNote) -> bool:
    """Return whether a step reports the same problem; its note gets the
    severity of the new one if that is worse.
    """
    for index, note in enumerate(reported):
        if _is_same_problem(new, note):
            if new.severity == ACTION_REQUIRED:
                reported[index] = note._replace(severity=ACTION_REQUIRED)
            return True
    return False


def _is_reported(notes: Sequence[MigrationNote], new: MigrationNote) -> bool:
    return any(_is_same_problem(new, note) for note in notes)


def _is_same_problem(new: MigrationNote, known: MigrationNote) -> bool:
    """Return whether a known note is about the same problem as a new one.

    Both are on one line, and the known one has the name with which the
    new one begins. If only the new one requires an action, the known
    one must begin with the name, too: otherwise it can be about another
    change of this line.
    """
    if known.position.line != new.position.line:
        return False
    named = _QUOTED.findall(new.message)[:1]
    names = _QUOTED.findall(known.message)
    if new.severity == ACTION_REQUIRED and known.severity != ACTION_REQUIRED:
        names = names[:1]
    return bool(named) and named[0] in names


def _find_problems(
    reader: ConfigReader,
    target: Target,
    rules: frozenset[str] = frozenset(),
    with_warnings: frozenset[str] = LOSSES,
) -> list[Finding]:
    """Return what a release refuses or skips in a config; a missing API once.

    `rules` are the ones to run, or all; `with_warnings` are those whose
    warnings count, too.
    """
    from stackcfg.validation.config_findings import validate_config
    from stackcfg.validation.settings import Settings

    settings = Settings(target, rules, errors_only=True, always=with_warnings)
    # an empty catalog can be one that the reader did not look for
    known = reader.catalog(target.last)
    stores = known if known.stores else None
    found, _ = validate_config(reader.config, reader.store_fields, settings, stores)
    problems: list[Finding] = []
    missing: set[Problem] = set()
    for finding in found:
        key = _key_of(finding)
        # of comments that silence nothing, there are warnings
        if key in missing or not settings.wants_severity(
            finding.rule, finding.severity
        ):
            continue
        if finding.rule in MISSING_API:
            missing.add(key)
        problems.append(finding)
    return problems


def _problems_before(
    state: MigrationState, target: Target, problems: Sequence[Finding]
) -> set[Problem]:
    """Return the problems that the file has in every release that it can be for.

    A problem that one of these releases does not have is new: the old
    server can be of that release.
    """
    now = _count(problems)
    left = set(now)
    for release in _old_releases(state, target):
        if not left:
            break
        source = Target(format_release(release), release, release)
        rules = _rules_that_find(left, problems)
        before = _count(_find_problems(state.original, source, rules))
        left = {each for each in left if before[each] >= now[each]}
    return left


def _rules_that_find(
    wanted: set[Problem], problems: Sequence[Finding]
) -> frozenset[str]:
    """Return the rules that can find these problems in another release."""
    if SERVER_NAME in wanted:
        return frozenset()
    rules = {each.rule for each in problems if _key_of(each) in wanted}
    if not rules.isdisjoint(MISSING_API):
        rules.update(MISSING_API)
    return frozenset(rules)


def _old_releases(state: MigrationState, target: Target) -> list[Release]:
    """Return the releases that the old server can be, the newest first."""
    return _other_releases(state, target) or [target.last]


def _other_releases(state: MigrationState, target: Target) -> list[Release]:
    """Return the releases besides the target that the file fits, the
    newest first.

    They can be later ones: nobody is warned of a downgrade within the
    releases that a file fits.
    """
    releases = {state.age.newest, state.age.oldest}
    if state.settings.source is None:
        releases |= state.detected.releases
    others = (each for each in releases if not target.first <= each <= target.last)
    return sorted(others, reverse=True)


def _count(problems: Sequence[Finding]) -> Counter[Problem]:
    return Counter(_key_of(problem) for problem in problems)


def _key_of(problem: Finding) -> Problem:
    kind = MISSING_API.get(problem.rule, problem.rule)
    found = _QUOTED.search(problem.message)
    if found is None:
        return kind, ""
    name = found.group(1)
    if name in SERVER_NAMES:
        return SERVER_NAME
    return kind, _list_names().get(name, name)


def _list_names() -> dict[str, str]:
    """Return the names of lists of resources since 0.3.0, by the earlier ones."""
    return {each.old: each.new for each in resource_lists()}
