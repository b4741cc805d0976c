"""Verifies that each file is where the new server looks for it."""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.data.disk.copying import read_record
from stackcfg.data.disk.finding import path_below
from stackcfg.data.disk.moves import FileCounts, FileMove, FoundFiles
from stackcfg.system.file_copies import hash_file, read_size


def check_files(move: FileMove, found: FoundFiles) -> FileCounts:
    """Compare the files of a move with those at its target, by SHA-256 sums.

    A database that was copied is the new server's own from then on, so what was
    copied is compared, as it was recorded, with the old files. Raises `OSError`.
    """
    counts = FileCounts(move, found.count)
    if move.in_place:
        counts.present = found.count
        return counts
    recorded = None if move.prefix else read_record(move)
    for name, size in found.sizes.items():
        _check_file(name, size, counts, recorded)
    return counts


def _check_file(
    name: str, size: int, counts: FileCounts, recorded: Mapping[str, str] | None
) -> None:
    source = path_below(counts.move.source, name)
    target = path_below(counts.move.target, name)
    present = read_size(target)
    # a server has files of a database come and go
    if present is None and (recorded is None or not name):
        counts.missing.append(name)
        return
    if recorded is not None:
        is_same = recorded.get(name) == hash_file(source)
    else:
        is_same = present == size and hash_file(target) == hash_file(source)
    if is_same:
        counts.present += 1
    else:
        counts.differing.append(name)
