"""Servers, and the sides of a copy on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.copy_sides import Files, Postgres, Redis, Side
from tests.support.postgres import Server, server
from tests.support.redis import RedisServer, redis_server

MakeSide = Callable[[str, str], Side]


@pytest.fixture(scope="module")
def postgres_of_sides() -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture(scope="module")
def redis_of_sides() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def make_side(request: pytest.FixtureRequest, tmp_path: Path) -> MakeSide:
    """Return what makes an empty side on an engine, by its name."""

    def make(engine: str, name: str) -> Side:
        side: Side = Files(tmp_path, name)
        if engine == "postgres":
            side = Postgres(request.getfixturevalue("postgres_of_sides"), name)
        elif engine == "redis":
            running = request.getfixturevalue("redis_of_sides")
            side = Redis(running, Files(tmp_path, name))
        side.empty()
        return side

    return make
