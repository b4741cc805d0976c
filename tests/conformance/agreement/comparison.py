"""What a release and `validate` make of a text, and whether they agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from stackcfg.loading.errors import InputError
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.settings import Settings
from tests.conformance.behind_the_loader import is_behind_loader
from tests.conformance.releases import judgements, registrations

AT_ONCE: Final = 250
"""How many files one process of a judge gets."""

FOUND, MISSED, FALSE_ALARM, QUIET, CRASHED, LOST, OUTSIDE = (
    *("found", "missed", "false alarm", "quiet", "crashed", "lost", "outside"),
)
OF_THE_MACHINE: Final = re.compile(
    r"file does not exist|returned no models for auto resolution|external: "
)
"""Refusals about a file of the machine, or about what a running service answers."""

EXTERNAL: Final = re.compile(r"(?m)^external_(?:providers|apis)_dir: *[^\s'\"]")
UNKNOWN_TYPE: Final = re.compile(
    r"is not available for API|no such provider type in this release"
)
"""A folder of the machine can hold a provider type that the release does not have."""

FORESEEN: Final = re.compile(r"resources: |safety: ")
"""Errors of the judge that foretell what a registration does."""

AT_TIMES: Final = re.compile(r"a variable is (?:un)?set|its variable is (?:un)?set")
"""Words of a warning of what is refused in one state of a variable only."""

LOSING: Final = frozenset(
    {
        *("renamed-key", "moved-key", "inline-store", "old-config"),
        *("store-field", "unknown-key", "authentication"),
    }
)
"""Rules whose error can be about a setting that the release drops: it starts, and the
address, the credential or the data of a store is lost."""


class Verdict(NamedTuple):
    """What a release says: why it does not start, and what it drops."""

    refusals: tuple[str, ...]
    dropped: tuple[str, ...]
    is_open: bool

    @property
    def is_refused(self) -> bool:
        """Whether the server does not start, or starts without its authentication."""
        return bool(self.refusals) or self.is_open

    @property
    def is_outside(self) -> bool:
        """Whether only the machine or a service decides that it does not start."""
        if self.is_open or not self.refusals:
            return False
        return all(OF_THE_MACHINE.search(each) for each in self.refusals)


class Opinion(NamedTuple):
    """What `validate` says: severity, rule and message of each finding."""

    findings: tuple[tuple[str, str, str], ...]

    @property
    def errors(self) -> frozenset[str]:
        """The rules that report an error."""
        return frozenset(rule for level, rule, _ in self.findings if level == ERROR)

    @property
    def is_about_start(self) -> bool:
        """Whether each error is about what only a start refuses, which the judge does not try."""
        return all(
            is_behind_loader(message)
            for level, _, message in self.findings
            if level == ERROR
        )

    @property
    def warns_of_refusal(self) -> bool:
        """Whether a warning says in which state of a variable the release refuses."""
        return any(
            level == WARNING and AT_TIMES.search(message)
            for level, _, message in self.findings
        )


def ask_release(python: Path, files: Iterable[Path]) -> Iterator[tuple[Path, Verdict]]:
    """Yield the verdict of a release on each file."""
    paths = list(files)
    for start in range(0, len(paths), AT_ONCE):
        part = paths[start : start + AT_ONCE]
        judged = judgements(python, part)
        started = registrations(
            python, [path for path in part if not _loading_refusals(judged[path])]
        )
        for path in part:
            verdict = _verdict(judged[path], started.get(path, {}))
            if EXTERNAL.search(path.read_text(encoding="utf-8")):
                verdict = _mark_external(verdict)
            yield path, verdict


def _mark_external(verdict: Verdict) -> Verdict:
    refusals = list(verdict.refusals)
    for place, refusal in enumerate(refusals):
        if UNKNOWN_TYPE.search(refusal):
            refusals[place] = f"external: {refusal}"
    return verdict._replace(refusals=tuple(refusals))


def _loading_refusals(judged: Mapping[str, Any]) -> list[str]:
    """Return what stops a release before it registers resources.

    What the judge foresees of the registration is left out: it is tried.
    """
    errors = [each for each in judged["errors"] if not FORESEEN.match(each)]
    unmet = [f"unmet: {each['path']}: {each['problem']}" for each in judged["unmet"]]
    return [*errors, *unmet]


def _verdict(judged: Mapping[str, Any], started: Mapping[str, Any]) -> Verdict:
    refusals = _loading_refusals(judged)
    if started.get("refusal"):
        refusals.append(f"registration: {started['refusal']}")
    dropped = (*judged["unknown_keys"], *judged["inert_keys"])
    return Verdict(tuple(refusals), dropped, judged["open"])


def ask_validate(text: str, settings: Settings) -> Opinion:
    """Return what `validate` says of a text; a text that it refuses is an error."""
    try:
        found = validate(text, settings).findings
    except InputError as error:
        return Opinion(((ERROR, "input", str(error)),))
    except Exception as error:  # one crash must not hide what became of the others
        return Opinion(((CRASHED, type(error).__name__, str(error)),))
    return Opinion(tuple((each.severity, each.rule, each.message) for each in found))


def compare(verdict: Verdict, opinion: Opinion) -> str:
    """Return in a word whether both agree."""
    if any(severity == CRASHED for severity, _, _ in opinion.findings):
        return CRASHED
    if verdict.is_outside:
        return OUTSIDE
    if verdict.is_refused:
        is_found = opinion.errors or opinion.warns_of_refusal
        return FOUND if is_found else MISSED
    if not opinion.errors or opinion.is_about_start:
        return QUIET
    if verdict.dropped and opinion.errors <= LOSING:
        return LOST
    return FALSE_ALARM
