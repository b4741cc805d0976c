"""Verifies that every row of a plan is where the new server reads it."""

from __future__ import annotations

import hashlib

from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import Progress
from stackcfg.data.moves import Move, explain_hidden_rows
from stackcfg.data.result import VerifyCounts
from stackcfg.data.routes import route_of
from stackcfg.data.row_rule import Skipped
from stackcfg.data.stored_json import is_same_value
from stackcfg.data.upgrade import Upgrade


def verify_move(
    move: Move, upgrade: Upgrade, readers: Readers, done: Progress
) -> VerifyCounts:
    """Compare the rows that a move writes with the rows of the new store.

    Raises `DatabaseError`.
    """
    counts = VerifyCounts(move)
    expected_sum, found_sum = hashlib.sha256(), hashlib.sha256()
    source = readers.get_or_empty(move.source.database)
    for check in route_of(move, upgrade).check(source, readers):
        if isinstance(check, Skipped):
            counts.skipped[check] += 1
            continue
        key, expected, found = check
        done(1)
        counts.rows += 1
        expected_sum.update(_digest_input(key, expected))
        if found is None:
            counts.missing.append(key)
            continue
        if is_same_value(found, expected):
            counts.present += 1
            found = expected  # the same JSON in other words has the same sum
        else:
            counts.differing.append(key)
        found_sum.update(_digest_input(key, found))
    # they are there, but nobody sees them
    hidden = explain_hidden_rows(move, upgrade)
    if hidden is not None and counts.rows:
        counts.skipped[hidden] += counts.rows
    counts.expected, counts.found = expected_sum.hexdigest(), found_sum.hexdigest()
    return counts


def _digest_input(key: str, content: str) -> bytes:
    return f"{key}\0{content}\0".encode("utf-8", "surrogatepass")
