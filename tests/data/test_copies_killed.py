"""A copy is killed at random moments and repeated: it ends like one that was not disturbed, and the old side is as before.

`STACKCFG_KILLS=200` kills so many copies in each form; `-s` prints how many of them had begun to write.
"""

from __future__ import annotations

import os
import random
import time
from typing import Final

import pytest

from tests.support.copy_sides import (
    FORMS,
    RELEASES,
    Files,
    Side,
    fill,
    write_configs,
)
from tests.support.forked_copies import Copies, forked_copies

KILLS: Final = int(os.environ.get("STACKCFG_KILLS") or 2)
ROWS: Final = 5_000
LATER: Final = "2033-01-02T03:04:05+00:00"
SECONDS: Final = 10
"""How long a database may take to notice that a killed copy is gone."""


def fill_many(files: Files) -> None:
    keys = [
        (f"prompts:v1:p{n}:1", f"say {n} ärger" * 10, LATER if n % 50 == 0 else None)
        for n in range(ROWS)
    ]
    rows = [
        (
            *(f"chatcmpl-{n}:%", n, "m", f'{{"text": "answer {n} äß"}}', n % 2),
            *(
                "2025-01-02 03:04:05.500000",
                n / 7,
                f"note {n}" * 9,
                b"\0\xff",
                "",
                "{}",
            ),
        )
        for n in range(ROWS)
    ]
    fill(files, keys, rows)


def finish(copies: Copies) -> float:
    """Run a copy to its end; return how long that took."""
    latest = time.monotonic() + SECONDS
    while True:
        ended = copies.run()
        if ended.code == 0:
            return ended.seconds
        assert "a server still runs: stackcfg" in ended.err, ended
        assert time.monotonic() < latest, ended
        time.sleep(0.05)


@pytest.mark.parametrize(("old", "new"), FORMS)
def test_a_copy_killed_at_random_moments_can_be_repeated(make_side, tmp_path, old, new):
    with forked_copies(tmp_path, RELEASES) as copies:
        files = Files(tmp_path, "first")
        fill_many(files)
        source: Side = files
        if old != "sqlite":
            source = make_side(old, "origin")
            write_configs(tmp_path, files, source)
            finish(copies)
        target = make_side(new, "second")
        write_configs(tmp_path, source, target)
        before = source.state()
        took = finish(copies)
        whole = target.contents()
        assert sum(map(len, whole.values())) > 2 * ROWS
        chance = random.Random(f"{old} {new}")
        kills = begun = repeated = 0
        while kills < KILLS:
            target.empty()
            for _ in range(chance.randint(1, min(3, KILLS - kills))):
                if copies.run(chance.uniform(0, took)).is_killed:
                    kills += 1
                    begun += target.is_begun()
            took = finish(copies)
            repeated += 1
            assert target.contents() == whole
            assert source.state() == before
    print(
        f"{old} to {new}: {kills} kills, {begun} when something was there, {repeated} repeated"
    )
