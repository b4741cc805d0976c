"""Options of the test run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import pytest
import typer.main
from hypothesis import HealthCheck, settings

from stackcfg.data import running_servers
from tests.support import expected
from tests.support.running import BYTECODE_FOLDER, NO_SERVER_PORT

# a busy machine is no fault of an example
settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-fixtures",
        action="store_true",
        help="rewrite the expected texts in fixtures/ instead of comparing; review the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    updates = config.getoption("--update-fixtures")
    if updates and os.environ.get("CI"):
        raise pytest.UsageError(
            "--update-fixtures is refused in CI: nobody would review the diff"
        )
    expected.UPDATES = updates
    if sys.dont_write_bytecode and BYTECODE_FOLDER not in os.environ:
        _keep_bytecode_of_commands(config)


def _keep_bytecode_of_commands(config: pytest.Config) -> None:
    """Let commands of this run compile each module once, where nothing is written into the tree.

    The processes of pytest itself read the bytecode that the installed packages have.
    """
    folder = tempfile.TemporaryDirectory(prefix="stackcfg-bytecode-")
    config.add_cleanup(folder.cleanup)
    os.environ[BYTECODE_FOLDER] = folder.name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers run the tests: one more than processors, as some
    tests wait for servers and for installers.
    """
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def _commands_are_made_once() -> Iterator[None]:
    """A command makes typer's objects for all options, once: so do the commands of a worker."""
    once = cache(typer.main.get_command)
    with patch.object(typer.main, "get_command", once):
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_server_runs() -> Iterator[None]:
    """The port of servers may be in use on this machine, and copies would be refused."""
    with patch.object(running_servers, "SERVER_PORT", NO_SERVER_PORT):
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that install packages: none of them is the last one."""
    items.sort(key=lambda item: "shipping" not in item.path.parts)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.option.markexpr == "not conformance and not growth":
        terminalreporter.write_line(
            "Not run: the tests that ask real releases (Python 3.12 or later, PyPI, 3 GB). "
            "They run with: python -m pytest -m conformance"
        )
        terminalreporter.write_line(
            "Not run: the tests that measure how time grows. "
            "They run with: python -m pytest -m growth tests/benchmarks"
        )
