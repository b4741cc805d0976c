"""One upgrade of a service: it is filled, read, migrated, copied, verified, and read again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import yaml

from tests.conformance.releases import numbers
from tests.conformance.upgrade.configs import old_config
from tests.conformance.upgrade.filling import Made, fill
from tests.conformance.upgrade.model_server import Models
from tests.conformance.upgrade.reading import Answers, continue_chains, read
from tests.conformance.upgrade.rows import add_batches
from tests.conformance.upgrade.running import Side, running
from tests.support.postgres import PASSWORD, USER, Server
from tests.support.running import Done, stackcfg

FIRST: Final = "0.2.23"
NEWCOMER: Final = 10_000
"""The number of a user who shares no team with others."""

STORED: Final = ("data", "home")
"""The folders in which a service stores something."""

REGISTRY_SHARED_SINCE: Final = (0, 3)
"""From this release on servers of all releases register under the same keys. 0.7.3 does not start on a vector store that a user
of 1.5.0 made: "User.__init__() got an unexpected keyword argument 'tenant_id'".
"""


@dataclass(frozen=True)
class Case:
    """What is upgraded: releases, engines, layout, and how many users there are, with or without a login."""

    old: str
    new: str
    engines: str
    layout: str
    users: int
    logins: bool

    @property
    def engine(self) -> str:
        """The engine of the old service."""
        return self.engines.partition(" ")[0]

    @property
    def new_engine(self) -> str:
        """The engine of the new service."""
        return self.engines.rpartition(" ")[2]

    def __str__(self) -> str:
        """Return the case as the name of a test."""
        login = "logins" if self.logins else "no login"
        return f"{self.old} to {self.new}, {self.engines}, {self.layout}, {login}, {self.users} users"


@dataclass
class Upgraded:
    """A service after its upgrade: both sides, what its users made, what both servers answered."""

    old: Side
    new: Side
    made: list[Made]
    before: Answers
    after: Answers = field(default_factory=dict)


def variables(folder: Path, models: Models, postgres: Server | None) -> dict[str, str]:
    """Return the variables that both configs name."""
    found = {
        "SERVICE_DATA": str(folder / "data"),
        # where upstream's own backends on sqlite are
        "SQLITE_STORE_DIR": str(folder / "data" / "new"),
        "MODELS_URL": f"http://127.0.0.1:{models.port}/v1",
        "LOGIN_URL": f"http://127.0.0.1:{models.port}/login",
        "LLAMA_STACK_CONFIG_DIR": str(folder / "home"),
        "OGX_CONFIG_DIR": str(folder / "home"),
    }
    if postgres is not None:
        found |= {"OLD_PORT": str(postgres.port), "OLD_PASSWORD": PASSWORD}
        given = {"HOST": "127.0.0.1", "PORT": str(postgres.port), "DB": "new"}
        given |= {"USER": USER, "PASSWORD": PASSWORD}
        found |= {f"POSTGRES_{name}": value for name, value in given.items()}
    return found


def run(command: str, *arguments: str | Path, **environment: str) -> Done:
    """Run a command that must do all of its work."""
    done = stackcfg(*command.split(), *arguments, **environment)
    assert done.code == 0, f"{command}: {done.code}\n{done.out}{done.err}"
    return done


def migrated(case: Case, path: Path, source: str, target: str, folder: Path) -> Path:
    """Migrate a run config to another release, on the same engine."""
    new = folder / f"{target}.yaml"
    options = ("--from", source, "--target", target, "--layout", case.layout)
    run("migrate --allow-partial", *options, path, "-o", new)
    return new


def moved(path: Path, target: str, engine: str) -> Path:
    """Move all backends of a run config to an engine."""
    backends = yaml.safe_load(path.read_text())["storage"]["backends"]
    chosen = [
        f"--backend={name}={engine}"
        for name, each in backends.items()
        if engine not in each["type"]
    ]
    new = path.with_name(f"{target} on {engine}.yaml")
    run("migrate", "--target", target, *chosen, path, "-o", new)
    return new


def old_side(case: Case, folder: Path, given: dict[str, str]) -> Side:
    """Write the run config of the old server."""
    config = folder / "first.yaml"
    config.write_text(old_config(case.engine, case.logins))
    if case.old != FIRST:
        config = migrated(case, config, FIRST, case.old, folder)
    return Side(case.old, config, given, case.logins)


def new_side(case: Case, old: Side, folder: Path, given: dict[str, str]) -> Side:
    """Write the run config of the new server."""
    config = migrated(case, old.config, case.old, case.new, folder)
    if case.engine != case.new_engine:
        config = moved(config, case.new, case.new_engine)
    return Side(case.new, config, given, case.logins)


@dataclass(frozen=True)
class Filled:
    """An old service, what its users made, what it answered after a restart; `folder` is where it keeps everything."""

    folder: Path
    old: Side
    made: list[Made]
    before: Answers

    @property
    def database(self) -> str:
        """The name of a copy of its database."""
        return f"kept_{self.folder.name}"

    def keep(self, postgres: Server | None) -> None:
        """Copy everything that is stored."""
        for name in STORED:
            shutil.copytree(self.folder / name, self.folder / "kept" / name)
        if postgres is not None:
            postgres.create(self.database, like="old")

    def put_back(self, postgres: Server | None) -> None:
        """Store everything as it was before an upgrade."""
        for name in STORED:
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.folder / "kept" / name, self.folder / name)
        if postgres is not None:
            postgres.create("old", like=self.database)


class Services:
    """Old services: each is filled and read once, and put back for each of its upgrades."""

    def __init__(self, folder: Path, models: Models) -> None:
        self.models = models
        self._folder = folder
        self._filled: dict[Case, Filled] = {}

    def get(self, case: Case, folder: Path, postgres: Server | None) -> Upgraded:
        """Return the service that a case upgrades; the new config is written into a folder."""
        key = replace(case, new=case.old, engines=f"{case.engine} to {case.engine}")
        if case.old == FIRST:
            # its config is the same for each layout
            key = replace(key, layout="")
        origin = postgres if case.engine == "postgres" else None
        found = self._filled.get(key)
        if found is None:
            place = self._folder / str(len(self._filled))
            found = self._filled[key] = filled(case, place, self.models, origin)
            found.keep(origin)
        else:
            found.put_back(origin)
        given = variables(found.folder, self.models, postgres)
        if postgres is not None:
            postgres.create("new")
        old = replace(found.old, variables=given)
        new = new_side(case, old, folder, given)
        return Upgraded(old, new, found.made, found.before)


def filled(case: Case, folder: Path, models: Models, postgres: Server | None) -> Filled:
    """Fill the old server; read what it answers after a restart."""
    for name in STORED:
        (folder / name).mkdir(parents=True)
    if postgres is not None:
        postgres.create("old")
    old = old_side(case, folder, variables(folder, models, postgres))
    with running(old, folder / "old, filled.log") as server:
        made = fill(server, range(case.users))
    add_batches(old)
    with running(old, folder / "old, read.log") as server:
        told = continue_chains(server, made, models)
        return Filled(folder, old, made, {**read(server, made), **told})


def copy(service: Upgraded) -> str:
    """Copy the rows and verify them; return the report of the copy."""
    old, new = service.old, service.new
    command = (old.config, new.config, "--from", old.release, "--target", new.release)
    copied = run("data copy", *command, **new.variables)
    run("data verify", *command, **new.variables)
    return copied.out + copied.err


def ask_new(service: Upgraded, folder: Path, models: Models) -> None:
    """Ask the new server what the old one was asked."""
    with running(service.new, folder / "new.log") as server:
        service.after = read(server, service.made)
        service.after |= continue_chains(server, service.made, models)


def use_new(service: Upgraded, folder: Path) -> None:
    """Let somebody new use the new server, or only read there where the old server could not read what is made."""
    with running(service.new, folder / "new, used.log") as server:
        if numbers(service.old.release) < REGISTRY_SHARED_SINCE:
            fill(server, range(NEWCOMER, NEWCOMER + 1))
        read(server, service.made)


def ask_old_again(service: Upgraded, folder: Path, models: Models) -> Answers:
    """Ask the old server once more, with its own config."""
    with running(service.old, folder / "old, again.log") as server:
        found = read(server, service.made)
        return found | continue_chains(server, service.made, models)
