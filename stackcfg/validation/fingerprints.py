"""What stays the same of a finding when the lines of its file move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern
from stackcfg.validation.findings import Finding

LENGTH: Final = 32
"""The hexadecimal digits of a fingerprint."""

_RELEASE: Final = lazy_pattern(r"(?<![\w.:/-])\d+\.\d+\.\d+(?![\w.:/-])")
"""A release that judges: it changes with the target, the finding does not."""

_LINES: Final = lazy_pattern(r"\blines? \d+(?:(?:, | and )\d+)*")


def stable_message(finding: Finding) -> str:
    """Return the message of a finding without the numbers of lines."""
    return _LINES.sub("line N", finding.message)


def fingerprint(finding: Finding, file: str = "") -> str:
    """Return a hash of the rule, the entry and the message of a finding.

    It is the same for all lines of a file, and for all releases that
    find it.
    """
    # files without a baseline do not need it
    import hashlib

    message = _RELEASE.sub("RELEASE", stable_message(finding))
    parts = (file, finding.rule, finding.place, finding.entry, message)
    encoded = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(encoded).hexdigest()[:LENGTH]


def numbered_fingerprints(findings: Iterable[Finding], file: str) -> Iterator[str]:
    """Yield a fingerprint for each finding of a file; no two are equal.

    Findings that differ in nothing but their line are numbered.
    """
    counts: Counter[str] = Counter()
    for finding in findings:
        plain = fingerprint(finding, file)
        counts[plain] += 1
        if counts[plain] == 1:
            yield plain
        else:
            yield fingerprint(finding, f"{file}\0{counts[plain]}")
