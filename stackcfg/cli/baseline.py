"""The baseline of `validate`: reading it, and what is said about it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.paths import as_list, as_mapping
from stackcfg.system.files import FileError, read_file
from stackcfg.validation.baseline import (
    Comparison,
    KnownFinding,
    compare_findings,
)
from stackcfg.validation.findings import Finding

VERSION: Final = 1

MAX_GONE: Final = 10
"""How many findings that are gone are listed."""


class Baseline(NamedTuple):
    """The known findings of a project, and the file that they are in."""

    path: str = ""
    known: Mapping[str, Sequence[KnownFinding]] = {}

    def compare(
        self,
        file: str,
        findings: Sequence[Finding],
        is_wanted: Callable[[str], bool],
    ) -> Comparison:
        """Compare the findings of a file with those that are known of it."""
        if not self.path:
            return Comparison(tuple(findings))
        return compare_findings(findings, self.known_in(file), is_wanted)

    def known_in(self, file: str) -> Sequence[KnownFinding]:
        """Return the findings that are known of a file."""
        if not self.known:
            return ()
        return self.known.get(name_in_baseline(self.path, file), ())

    def find_deleted(self) -> Iterator[KnownFinding]:
        """Yield the findings in files that do not exist any more."""
        folder = os.path.dirname(self.path)
        for file, findings in self.known.items():
            is_path = not file.startswith("<")
            if is_path and not os.path.exists(os.path.join(folder, file)):
                yield from findings


def name_in_baseline(baseline: str, file: str) -> str:
    """Return the name of a file in a baseline: its path from there."""
    if file.startswith("<"):
        # standard input has no path
        return file
    folder = os.path.dirname(os.path.abspath(baseline))
    try:
        path = os.path.relpath(os.path.abspath(file), folder)
    except ValueError:
        # another drive of Windows
        path = os.path.abspath(file)
    return path.replace(os.sep, "/")


def load_baseline(path: str) -> Baseline:
    """Return the baseline in a file. Raises `FileError`."""
    known: dict[str, list[KnownFinding]] = {}
    for entry in _read_entries(path):
        fields = [entry.get(name) for name in KnownFinding._fields]
        if not all(isinstance(field, str) for field in fields):
            raise FileError(path, "a finding of the baseline lacks a field")
        finding = KnownFinding(*map(str, fields))
        known.setdefault(finding.file, []).append(finding)
    return Baseline(path, known)


def _read_entries(path: str) -> Iterator[Any]:
    content = _load(path)
    if content is None:
        raise FileError(path, "not a baseline; --write-baseline writes one")
    version = content["version"]
    if version != VERSION:
        message = f"a baseline of version {version}; this release reads {VERSION}"
        raise FileError(path, message)
    yield from map(as_mapping, as_list(content["findings"]))


def _load(path: str) -> Mapping[str, Any] | None:
    """Return what is in a baseline; None if the file is something else."""
    try:
        fields = as_mapping(json.loads(read_file(path)))
    except ValueError:
        return None
    is_ours = "version" in fields and isinstance(fields.get("findings"), list)
    return fields if is_ours else None


def check_new_baseline(path: str) -> None:
    """Raise `FileError` if a file that is to become a baseline is
    something else.
    """
    if os.path.exists(path) and _load(path) is None:
        raise FileError(path, "not a baseline; it would be overwritten")


def print_gone(gone: Iterable[KnownFinding], path: str) -> None:
    """Say which findings of a baseline are gone."""
    from stackcfg.reports.console.characters import flat, visible
    from stackcfg.reports.console.listing import count_words

    listed = list(gone)
    if not listed:
        return
    for each in listed[:MAX_GONE]:
        words = f"{visible(each.file)}: gone: {each.rule}: {flat(each.message)}"
        print(words, file=sys.stderr)
    if len(listed) > MAX_GONE:
        print(f"... {len(listed) - MAX_GONE} more are gone", file=sys.stderr)
    count = count_words(len(listed), "finding")
    advice = f"--write-baseline {visible(path)} records that"
    print(f"{count} of the baseline not found any more: {advice}", file=sys.stderr)


def describe_written(findings: int, files: int, path: str) -> str:
    """Return the line about a baseline that was written."""
    from stackcfg.reports.console.listing import count_words

    what = f"{count_words(findings, 'finding')} of {count_words(files, 'file')}"
    return f"{what} written to {path}"
