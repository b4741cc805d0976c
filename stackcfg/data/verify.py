"""Verifies that every row of a plan is where the new server reads it."""

from __future__ import annotations

import hashlib

from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import Progress
from stackcfg.data.moves import Move, explain_hidden_rows
from stackcfg.data.result import VerifyCounts
from stackcfg.data.routes import route_of
from stackcfg.data.routes.route import EqualRows, RowCheck
from stackcfg.data.row_rule import Skipped
from stackcfg.data.stored_json import is_same_value
from stackcfg.data.upgrade import Upgrade


class _Checksums:
    """The sums over expected and over found rows.

    They are one sum as long as all rows are equal, so that most are
    hashed once.
    """

    def __init__(self) -> None:
        self._expected = hashlib.sha256()
        self._found: hashlib._Hash | None = None

    def add_equal(self, content: bytes) -> None:
        """Add rows that are as expected."""
        self._expected.update(content)
        if self._found is not None:
            self._found.update(content)

    def add(self, key: str, expected: str, found: str | None) -> None:
        """Add a row that is missing, or not as expected."""
        if self._found is None:
            self._found = self._expected.copy()
        self._expected.update(_digest_input(key, expected))
        if found is not None:
            self._found.update(_digest_input(key, found))

    def as_text(self) -> tuple[str, str]:
        """Return both sums."""
        found = self._found or self._expected
        return self._expected.hexdigest(), found.hexdigest()


def verify_move(
    move: Move, upgrade: Upgrade, readers: Readers, done: Progress
) -> VerifyCounts:
    """Compare the rows that a move writes with the rows of the new store.

    Raises `DatabaseError`.
    """
    counts, sums = VerifyCounts(move), _Checksums()
    source = readers.get_or_empty(move.source.database)
    for check in route_of(move, upgrade).check(source, readers):
        if isinstance(check, Skipped):
            counts.skipped[check] += 1
        elif isinstance(check, EqualRows):
            done(check.rows)
            counts.rows += check.rows
            counts.present += check.rows
            sums.add_equal(check.content)
        else:
            done(1)
            counts.rows += 1
            _count_row(check, counts, sums)
    # they are there, but nobody sees them
    hidden = explain_hidden_rows(move, upgrade)
    if hidden is not None and counts.rows:
        counts.skipped[hidden] += counts.rows
    counts.expected, counts.found = sums.as_text()
    return counts


def _count_row(check: RowCheck, counts: VerifyCounts, sums: _Checksums) -> None:
    key, expected, found = check
    if found is not None and is_same_value(found, expected):
        counts.present += 1
        # the same JSON in other words has the same sum
        sums.add_equal(_digest_input(key, expected))
        return
    sums.add(key, expected, found)
    if found is None:
        counts.missing.append(key)
    else:
        counts.differing.append(key)


def _digest_input(key: str, content: str) -> bytes:
    return f"{key}\0{content}\0".encode("utf-8", "surrogatepass")
