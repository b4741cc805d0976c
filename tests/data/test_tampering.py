"""`verify` names each row that was tampered with on either side, in every form of a copy, and no other.

`STACKCFG_TAMPERINGS=500` tries so many in each form.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.data.conftest import MakeSide
from tests.support.copy_sides import FORMS, RELEASES, Files, Side, fill, write_configs
from tests.support.in_process import run_here
from tests.support.tampering import Harm, harm

TAMPERINGS: Final = int(os.environ.get("STACKCFG_TAMPERINGS") or 6)
ROWS: Final = 12
NAMED: Final = (("new", "delete"), ("new", "change"), ("old", "change"), ("old", "add"))
UNNAMED: Final = (("old", "delete"), ("new", "add"))
"""What the new server may do: no row of the old one is missing, and none differs."""


def fill_few(files: Files) -> None:
    texts = ["plain", "ärger 字 \U0001f600", "a\tb\\n", '"%s ${env.X}', "{}", "null"]
    keys: list[tuple[Any, ...]] = [
        (
            f"prompts:v1:p{n}:1",
            json.dumps({"text": texts[n % 6]}),
            "2033-01-02T03:04:05+00:00" if n % 3 else None,
        )
        for n in range(ROWS)
    ]
    rows: list[tuple[Any, ...]] = [
        (
            *(f"chatcmpl-{n}:%", n, "m", json.dumps({"t": texts[n % 6]}), n % 2),
            *(f"2025-01-02 03:04:05.50000{n % 10}", n / 7, texts[n % 6]),
            *(b"\x10\xff", "" if n % 2 else "me", '{"roles": ["admin"]}'),
        )
        for n in range(ROWS)
    ]
    rows.append(("empty", *[None] * 8, "", None))
    fill(files, keys, rows)


def verify(folder: Path) -> tuple[int, list[str]]:
    """Return the exit code, and the keys of rows that are missing or differ."""
    words = ("data", "verify", "old.yaml", "new.yaml", *RELEASES, "--format", "json")
    done = run_here(*words, cwd=folder, HOME=str(folder))
    checks = [move["verified"] or {} for move in json.loads(done.out)["moves"]]
    found = [
        name
        for each in checks
        for name in [*each.get("missing", ()), *each.get("differing", ())]
    ]
    return done.code, found


def is_named(found: list[str], key: str) -> bool:
    """Return whether a key is the only one found; engines have other prefixes before it."""
    return len(found) == 1 and (found[0] == key or found[0].endswith(f":{key}"))


@pytest.mark.parametrize(("old", "new"), FORMS)
def test_verify_names_what_was_tampered_with(
    make_side: MakeSide, tmp_path: Path, old: str, new: str
) -> None:
    files = Files(tmp_path, "first")
    fill_few(files)
    source: Side = files
    if old != "sqlite":
        source = make_side(old, "origin")
        write_configs(tmp_path, files, source)
        copy(tmp_path)
    sides = {"old": source, "new": make_side(new, "second")}
    write_configs(tmp_path, *sides.values())
    copy(tmp_path)
    chance = random.Random(f"{old} {new}")
    done: Counter[str] = Counter()
    for number in range(TAMPERINGS):
        # every third harms nobody
        side, action = chance.choice(UNNAMED if number % 3 == 2 else NAMED)
        harmed = harm(chance, sides[side], action)
        check(verify(tmp_path), harmed, is_harmless=(side, action) in UNNAMED)
        harmed.undo()
        done[f"{side} {action}"] += 1
    assert verify(tmp_path) == (0, [])
    print(f"{old} to {new}: {dict(done)}")


def check(found: tuple[int, list[str]], harmed: Harm, *, is_harmless: bool) -> None:
    code, names = found
    if is_harmless:
        assert (code, names) == (0, []), harmed
        return
    assert code == 1, (harmed, names)
    key = harmed.key.removeprefix("prompts:")
    assert is_named([name.partition(" ")[0] for name in names], key), (harmed, names)


def copy(folder: Path) -> None:
    words = ("data", "copy", "old.yaml", "new.yaml", *RELEASES)
    done = run_here(*words, cwd=folder, HOME=str(folder))
    assert done.code == 0, done.err
