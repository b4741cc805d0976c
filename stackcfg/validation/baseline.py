"""Findings that a project knows already, and what differs from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.validation.findings import Finding


class KnownFinding(NamedTuple):
    """A finding of a baseline; `fingerprint` is what it is recognized by."""

    file: str
    rule: str
    place: str
    entry: str
    message: str
    fingerprint: str


class Comparison(NamedTuple):
    """What is found beside a baseline.

    `new` are findings that are not in it, `known` counts those that
    are, `gone` are findings of the baseline that are not found any
    more.
    """

    new: tuple[Finding, ...]
    known: int = 0
    gone: tuple[KnownFinding, ...] = ()


def compare_findings(
    findings: Iterable[Finding],
    known: Sequence[KnownFinding],
    is_wanted: Callable[[str], bool],
) -> Comparison:
    """Compare the findings of a file with those that are known of it.

    A known finding counts for one finding. Those of rules that are not
    wanted are not gone.
    """
    # a project without a baseline does not need it
    from stackcfg.validation.fingerprints import fingerprint

    left = list(known)
    new: list[Finding] = []
    count = 0
    for finding in findings:
        index = _find_known(left, fingerprint(finding))
        if index is None:
            new.append(finding)
        else:
            del left[index]
            count += 1
    gone = tuple(each for each in left if is_wanted(each.rule))
    return Comparison(tuple(new), count, gone)


def _find_known(known: Sequence[KnownFinding], wanted: str) -> int | None:
    for index, each in enumerate(known):
        if each.fingerprint == wanted:
            return index
    return None
