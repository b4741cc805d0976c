"""What the rows of a move become: which of them are taken as they are, and what the rules make of the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from stackcfg.data.engines.protocol import Pair, PairCopy, Reader, Row, Selection
from stackcfg.data.moves import Move
from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules import RowRule
from stackcfg.data.row_rules.registered_resources import as_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.stores import KV, SQL
from stackcfg.runconfig.values import as_string


def plain(move: Move) -> PairCopy | None:
    """The KV rows that are taken as they are; None where the rules look at all of them."""
    special = tuple(key for rule in key_rules(move) for key in rule.module.KEYS)
    kept = tuple(
        each for each in move.prefixes if not (special and each.startswith(special))
    )
    if move.prefixes and not kept:
        return None
    selection = Selection(
        _prefixed(move, kept) if kept else _own_prefix(move),
        (*_prefixed(move, special), *move.without),
    )
    return PairCopy(
        move.source.table,
        move.target.table,
        selection,
        move.source.prefix,
        move.target.prefix,
    )


def transform_rows(move: Move) -> Selection | None:
    """The KV rows that any rule looks at; None where there are no such rules."""
    keys = dict.fromkeys(key for rule in key_rules(move) for key in rule.module.KEYS)
    return Selection(_prefixed(move, tuple(keys)), move.without) if keys else None


def transformed_by(move: Move, rule: RowRule) -> Selection:
    """The KV rows that a rule looks at."""
    return Selection(_prefixed(move, rule.module.KEYS), move.without)


def key_rules(move: Move) -> tuple[RowRule, ...]:
    """The rules of a move that are about KV rows."""
    return (
        tuple(rule for rule in move.rules if hasattr(rule.module, "KEYS"))
        if move.source_family == KV
        else ()
    )


def looking_at(move: Move, key: str) -> tuple[RowRule, ...]:
    """Those that look at the row of a key in the old place."""
    own = key.removeprefix(move.source.prefix)
    return tuple(rule for rule in key_rules(move) if own.startswith(rule.module.KEYS))


def _own_prefix(move: Move) -> tuple[str, ...]:
    return (move.source.prefix,) if move.source.prefix else ()


def _prefixed(move: Move, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(move.source.prefix + each for each in prefixes)


def rows_of(move: Move, pair: Pair, upgrade: Upgrade) -> Iterator[KvRow | Skipped]:
    """What the rules make of a KV row, each of what those before it made; keys are those in the new store."""
    key, value, _ = pair
    found: list[KvRow | Skipped] = [
        KvRow(key.removeprefix(move.source.prefix), as_string(value))
    ]
    for rule in key_rules(move):
        found = [each for row in found for each in _made_of(row, rule, upgrade)]
    for each in found:
        yield (
            KvRow(move.target.prefix + each.key, each.value)
            if isinstance(each, KvRow)
            else each
        )


def _made_of(
    row: KvRow | Skipped, rule: RowRule, upgrade: Upgrade
) -> Iterator[KvRow | Skipped]:
    """What a rule makes of a row, which is the row itself where it does not look at it."""
    if isinstance(row, KvRow) and row.key.startswith(rule.module.KEYS):
        yield from rule.module.rows(row.key, row.value, upgrade)
    else:
        yield row


def lacking_rows(move: Move, upgrade: Upgrade, source: Reader | None) -> dict[str, str]:
    """The KV rows, by their new keys, that the new server needs and that no row of the old place is or becomes."""
    rules = key_rules(move) if move.chunks is None else ()
    made = {
        each.key: each.value
        for rule in rules
        for each in _made_rows(move, rule, upgrade)
    }
    if not made or source is None or not source.has_table(move.source.table):
        return made
    selection = transform_rows(move)
    for pair in (
        source.pairs(move.source.table, selection) if selection is not None else ()
    ):
        for each in rows_of(move, pair, upgrade):
            if isinstance(each, KvRow):
                made.pop(each.key, None)
    return {
        key: value
        for key, value in made.items()
        if source.pair(move.source.table, _old_key(move, key)) is None
    }


def _old_key(move: Move, key: str) -> str:
    return move.source.prefix + key.removeprefix(move.target.prefix)


def _made_rows(move: Move, rule: RowRule, upgrade: Upgrade) -> Iterator[KvRow]:
    if not hasattr(rule.module, "made_rows"):
        return
    for owner, provider_type in move.owners:
        for each in rule.module.made_rows(owner, provider_type, upgrade):
            yield KvRow(move.target.prefix + each.key, each.value)


def table_rows_of(
    move: Move, rule: RowRule, pair: Pair, source: Reader
) -> Iterator[Row | Skipped]:
    """What a rule makes of a KV row that goes to a SQL table."""
    key, value, _ = pair

    def neighbour(name: str) -> str | None:
        found = source.pair(move.source.table, move.source.prefix + name)
        return as_string(found[1]) if found is not None else None

    for each in rule.module.table_rows(
        key.removeprefix(move.source.prefix), as_string(value), neighbour
    ):
        yield each if isinstance(each, Skipped) else {**each, **PUBLIC_ROW}


def key_tables(move: Move, source: Reader) -> Iterator[tuple[RowRule, str]]:
    """The SQL tables whose rows go to a KV store, each with the rule that makes keys of them."""
    for rule in (
        move.rules if (move.source_family, move.target_family) == (SQL, KV) else ()
    ):
        yield from (
            (rule, table) for table in rule.module.TABLES if source.has_table(table)
        )


def keys_of(
    move: Move, rule: RowRule, table: str, row: Row, upgrade: Upgrade
) -> Iterator[KvRow | Skipped]:
    """What a rule makes of a row of a SQL table that goes to a KV store."""
    _, provider_type = move.owners[0]
    for each in rule.module.kv_rows(table, row, provider_type, upgrade):
        yield (
            KvRow(move.target.prefix + each.key, each.value)
            if isinstance(each, KvRow)
            else each
        )


PUBLIC_ROW: Mapping[str, Any] = {"access_attributes": None, "owner_principal": ""}
"""How every table of a server says that anybody may read a row."""


def changes_in(rules: Iterable[RowRule], row: Row, upgrade: Upgrade) -> dict[str, Any]:
    """What rules change in a row of a SQL table; it must have what they look at, but for columns that its table lacks:
    those hold nothing.
    """
    changes: dict[str, Any] = {}
    for rule in rules:
        changes |= rule.module.completed(
            {**dict.fromkeys(rule.module.COLUMNS), **row, **changes}, upgrade
        )
    return changes


def kept_in(move: Move, row: Row, upgrade: Upgrade) -> Iterator[Skipped]:
    """Why the rules leave a row of a SQL table as it is though it lacks something."""
    for rule in move.rules:
        if hasattr(rule.module, "left_as_it_is"):
            found = rule.module.left_as_it_is(
                {**dict.fromkeys(rule.module.COLUMNS), **row}, upgrade
            )
            if found is not None:
                yield found


def is_owned(move: Move, pair: Pair, upgrade: Upgrade) -> bool:
    """Whether a KV row that several providers of a kind could have written can be of this one.

    It is not where it is of a vector store that is registered for another of them. What tells nothing is everybody's.
    """
    if not move.rivals:
        return True
    known = {
        as_string(each.get("provider_id")) for each in _stores_of(move, pair, upgrade)
    }
    return not known or not known <= set(move.rivals)


def _stores_of(move: Move, pair: Pair, upgrade: Upgrade) -> Iterator[Mapping[str, Any]]:
    """The registered vector stores that a row can be of: by its key, `…::STORE` or `…::STORE:…`, or by its value."""
    key, value, _ = pair
    names = [key.removeprefix(move.source.prefix).partition("::")[2]]
    while ":" in names[-1]:  # the id of a store can have colons in it
        names.append(names[-1].rpartition(":")[0])
    if BATCHES in key:
        batch = as_object(as_string(value)) or {}
        names.append(as_string(batch.get("vector_store_id")))
    yield from (
        upgrade.vector_stores[name] for name in names if name in upgrade.vector_stores
    )


BATCHES: Final = "openai_vector_stores_file_batches:"
"""Keys of file batches, which hold the id of the batch and not that of its vector store."""


def same_value(one: Any, other: Any) -> bool:
    """Whether two values are the same, as text or as JSON."""
    if one == other:
        return True
    if (
        not isinstance(one, str)
        or not isinstance(other, str)
        or one[:1] not in "{["
        or other[:1] not in "{["
    ):
        return False
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False
