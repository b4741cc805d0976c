"""Whether every row of a plan is where it should be: what the old rows come to, held against what is there."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from stackcfg.data.copy import chunk_tables_of, stores_by_table
from stackcfg.data.engines.opening import Readers
from stackcfg.data.engines.protocol import Progress, Reader, Row
from stackcfg.data.moves import Move
from stackcfg.data.result import VerifyCounts
from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules.chunks import completed_text
from stackcfg.data.sql_migration_marker import is_skipped_by_server
from stackcfg.data.tenancy import explain_hidden_rows
from stackcfg.data.transform import (
    changes_in,
    is_owned,
    kept_in,
    key_tables,
    keys_of,
    lacking_rows,
    plain,
    rows_of,
    same_value,
    table_rows_of,
    transform_rows,
    transformed_by,
)
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.stores import KV, SQL

Found = tuple[str, str, str | None]
"""A row that should be there: its key, its content as text, and the content that is there, None where it is missing."""


def verify_move(
    move: Move, upgrade: Upgrade, readers: Readers, done: Progress
) -> VerifyCounts:
    """Hold the old rows of a move against the new ones; nothing is written. Raises `DatabaseError`."""
    check = VerifyCounts(move)
    expected, found = hashlib.sha256(), hashlib.sha256()
    for key, content, there in _found(move, upgrade, readers, check):
        done(1)
        check.rows += 1
        expected.update(f"{key}\0{content}\0".encode("utf-8", "surrogatepass"))
        if there is None:
            check.missing.append(key)
            continue
        same = same_value(there, content)
        check.present += same
        if not same:
            check.differing.append(key)
        # the same JSON in other words is the same
        found.update(
            f"{key}\0{content if same else there}\0".encode("utf-8", "surrogatepass")
        )
    hidden = explain_hidden_rows(move, upgrade)
    if hidden is not None and check.rows:
        check.skipped[hidden] += check.rows
    check.expected, check.found = expected.hexdigest(), found.hexdigest()
    return check


def _found(
    move: Move, upgrade: Upgrade, readers: Readers, check: VerifyCounts
) -> Iterator[Found]:
    source, target = (
        readers.get(move.source.database),
        readers.get(move.target.database),
    )
    there = _there(target, move)
    for key, value in lacking_rows(move, upgrade, source).items():
        now = there(key)
        yield key, value if now is None else now, now
    if source is None:
        return
    if move.chunks is not None:
        yield from _chunks(move, upgrade, source)
    elif move.source_family == SQL and move.target_family == KV:
        yield from _keys(move, upgrade, source, there, check)
    elif move.source_family == SQL:
        for old, new in move.tables:
            if source.has_table(old):
                yield from _rows(move, upgrade, source, target, old, new, check)
    elif source.has_table(move.source.table):
        if move.target_family == KV:
            yield from _pairs(move, upgrade, source, there, check)
            into = (
                readers.get(move.read_into.database)
                if move.read_into is not None
                else None
            )
            check.skipped.update(
                is_skipped_by_server(move, upgrade, source, target, into)
            )
        else:
            yield from _table(move, source, target, check)


def _pairs(
    move: Move,
    upgrade: Upgrade,
    source: Reader,
    there: Callable[[str], str | None],
    check: VerifyCounts,
) -> Iterator[Found]:
    copy = plain(move)
    for pair in (
        source.pairs(copy.source_table, copy.selection) if copy is not None else ()
    ):
        if is_owned(move, pair, upgrade):
            new = copy.key(pair[0]) if copy is not None else pair[0]
            yield new, _text(pair[1]), there(new)
    selection = transform_rows(move)
    for pair in (
        source.pairs(move.source.table, selection) if selection is not None else ()
    ):
        if not is_owned(move, pair, upgrade):
            continue
        for each in rows_of(move, pair, upgrade):
            if isinstance(each, KvRow):
                yield each.key, each.value, there(each.key)
            else:
                check.skipped[each] += 1


def _keys(
    move: Move,
    upgrade: Upgrade,
    source: Reader,
    there: Callable[[str], str | None],
    check: VerifyCounts,
) -> Iterator[Found]:
    for rule, table in key_tables(move, source):
        for row in source.rows(table, rule.module.TABLES[table]):
            for each in keys_of(move, rule, table, row, upgrade):
                if isinstance(each, Skipped):
                    check.skipped[each] += 1
                else:
                    yield each.key, each.value, there(each.key)


def _there(target: Reader | None, move: Move) -> Callable[[str], str | None]:
    """What the new place holds under a key."""
    known = (
        target if target is not None and target.has_table(move.target.table) else None
    )

    def there(key: str) -> str | None:
        found = known.pair(move.target.table, key) if known is not None else None
        return None if found is None else _text(found[1])

    return there


def _table(
    move: Move, source: Reader, target: Reader | None, check: VerifyCounts
) -> Iterator[Found]:
    for rule in move.rules:
        table = rule.module.TABLE
        known = target if target is not None and target.has_table(table) else None
        for pair in source.pairs(move.source.table, transformed_by(move, rule)):
            for row in table_rows_of(move, rule, pair, source):
                if isinstance(row, Skipped):
                    check.skipped[row] += 1
                    continue
                found = (
                    known.row(table, {"id": row["id"]}, list(row))
                    if known is not None
                    else None
                )
                yield (
                    str(row["id"]),
                    _row_text(row),
                    None if found is None else _like(found, row),
                )


def _rows(
    move: Move,
    upgrade: Upgrade,
    source: Reader,
    target: Reader | None,
    old: str,
    new: str,
    check: VerifyCounts,
) -> Iterator[Found]:
    names = [each.name for each in source.columns(old)]
    known = target if target is not None and target.has_table(new) else None
    columns = (known or source).columns(new if known is not None else old)
    looked_at = {*names, *(name for rule in move.rules for name in rule.module.COLUMNS)}
    shared = (
        [each.name for each in columns if each.name in looked_at]
        if known is not None
        else []
    )
    keys = [each.name for each in columns if each.key]
    if not keys:
        yield from _rows_without_key(move, upgrade, source, known, old, new, shared)
        return
    for row in source.rows(old, names):
        for each in kept_in(move, row, upgrade):
            check.skipped[each] += 1
        changes = changes_in(move.rules, row, upgrade)
        wanted = {**row, **changes}
        key = {name: row.get(name) for name in keys}
        found = (
            known.row(new, key, shared)
            if known is not None and set(keys) <= set(shared)
            else None
        )
        there = (
            None
            if found is None
            else _like({**dict.fromkeys(changes), **found}, wanted)
        )
        yield ", ".join(map(str, key.values())), _row_text(wanted), there


def _rows_without_key(
    move: Move,
    upgrade: Upgrade,
    source: Reader,
    known: Reader | None,
    old: str,
    new: str,
    shared: list[str],
) -> Iterator[Found]:
    """Rows that only their content tells apart; equal ones are counted."""
    there = (
        Counter(_row_text(row) for row in known.rows(new, shared))
        if known is not None
        else Counter()
    )
    for number, row in enumerate(
        source.rows(old, [each.name for each in source.columns(old)]), start=1
    ):
        wanted = {
            **dict.fromkeys(shared),
            **row,
            **changes_in(move.rules, row, upgrade),
        }
        text = _row_text({name: wanted[name] for name in shared or row})
        found = there[text] > 0
        there[text] -= 1
        yield f"row {number} of {old}", text, text if found else None


def _chunks(move: Move, upgrade: Upgrade, source: Reader) -> Iterator[Found]:
    """Chunks are where they are; the only question is whether they lack something."""
    assert move.chunks is not None
    stores = stores_by_table(move, upgrade)
    for table in chunk_tables_of(source, move):
        for row in source.rows(table, [move.chunks.id, move.chunks.chunk]):
            text = str(row[move.chunks.chunk])
            yield (
                f"{table} {row[move.chunks.id]}",
                completed_text(text, stores.get(table, {})) or text,
                text,
            )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _row_text(row: Row) -> str:
    """A row as one text: every column with what it holds; one that holds nothing differs from one with no text."""
    return "\1".join(
        name if value is None else f"{name}={value}"
        for name, value in sorted(row.items())
    )


def _like(found: Row, wanted: Row) -> str:
    """A row that was found, as text; what means the same as what is wanted is written in its words."""
    merged = dict(wanted)
    for name, value in found.items():
        if name in wanted and not same_value(value, wanted[name]):
            merged[name] = value
    return _row_text(merged)
