"""Real servers: what an old one says of everything that its users made, the new one says as well, object by object.

`STACKCFG_ALL=1` does every upgrade in every form with ten users, the main ones with `STACKCFG_USERS` users (200), and the
way back. A test with the same old server takes what the first one filled; `-n` divides that among processes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

from tests.conformance.upgrade.comparing import Difference, compare, summary
from tests.conformance.upgrade.differences import unexplained
from tests.conformance.upgrade.model_server import model_server
from tests.conformance.upgrade.reading import GONE, Answers
from tests.conformance.upgrade.upgrading import (
    Case,
    Services,
    ask_new,
    ask_old_again,
    copy,
    use_new,
)
from tests.support.postgres import Server, server

ALL: Final = os.environ.get("STACKCFG_ALL") == "1"
USERS: Final = int(os.environ.get("STACKCFG_USERS") or (200 if ALL else 2))
UPGRADES: Final = (
    ("0.2.23", "0.3.0"),
    ("0.2.23", "0.7.3"),
    ("0.2.23", "1.2.5"),
    ("0.2.23", "1.5.0"),
    ("0.7.3", "1.5.0"),
)
ENGINES: Final = (
    "sqlite to sqlite",
    "sqlite to postgres",
    "postgres to postgres",
    "postgres to sqlite",
)
FEW: Final = min(USERS, 10)
EVERY: Final = tuple(
    Case(old, new, engines, layout, FEW, logins)
    for old, new in UPGRADES
    for engines in ENGINES
    for layout in ("consolidate", "preserve")
    for logins in (True, False)
)
MAIN: Final = tuple(
    Case(old, "1.5.0", engines, "consolidate", USERS, True)
    for old, engines in (
        ("0.2.23", "sqlite to postgres"),
        ("0.2.23", "sqlite to sqlite"),
        ("0.7.3", "sqlite to postgres"),
    )
)

BACK: Final = tuple(
    Case(old, new, "sqlite to sqlite", "preserve", FEW, True)
    for old, new in reversed(UPGRADES)
)

COMPLETED: Final = ("chunks.*.chunk_id", "chunks.*.chunk_metadata")
"""Fields of chunks that a copy fills in where they are (R4), and that an old server shows as well."""

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as found:
        yield found


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with model_server() as models:
        yield Services(tmp_path_factory.mktemp("services"), models)


def is_expected(found: Difference) -> bool:
    """Return whether an old server answers otherwise after the way back, and rightly so.

    1.5.0 writes the table of items anew (`_backfill_v1_items`), and until 1.0.4 those of one second are listed as they are
    in the table.
    """
    if (found.place.kind, found.place.view) == ("conversation item", "order"):
        return found.path == "*.*"
    return found.old is None and found.path in COMPLETED


def kinds(answers: Answers) -> set[str]:
    """Return the kinds of which a server has objects."""
    return {place.kind for place, answer in answers.items() if answer != GONE}


@pytest.mark.parametrize("case", (*EVERY, *MAIN) if ALL else MAIN[:1], ids=str)
def test_every_object_is_what_it_was(case, services, tmp_path, request):
    running = None
    if "postgres" in case.engines:
        running = request.getfixturevalue("postgres")
    service = services.get(case, tmp_path, running)
    print(copy(service))
    ask_new(service, tmp_path, services.models)
    read = Counter(place.kind for place in service.before)
    print(case, dict(read))
    assert len(kinds(service.before)) >= 10
    differing = compare(service.before, service.after)
    found = unexplained(differing, case.old, case.new, case.new_engine)
    listed = summary(found)
    assert not listed, f"{case}:\n{listed}"


@pytest.mark.parametrize("case", BACK if ALL else BACK[:1], ids=str)
def test_the_way_back_is_the_old_config(case, services, tmp_path):
    """With *preserve* the new server was used on the rows of the old one, which then answers as it did before."""
    service = services.get(case, tmp_path, None)
    copy(service)
    use_new(service, tmp_path)
    again = ask_old_again(service, tmp_path, services.models)
    differing = summary(
        each for each in compare(service.before, again) if not is_expected(each)
    )
    assert not differing, f"{case}:\n{differing}"
