"""A server as a file describes it: variables, command, image, mounts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import FixedRegion, Region
from stackcfg.deployment.environment.words import CommandLine
from stackcfg.releases.server_environment import renamed_variables
from stackcfg.yamltext.edits import Edit


class Variable(ABC):
    """A variable that a file sets: its name, and its value if the file has it.

    `regions` are the strings that it is written in, the name first.
    """

    name: str
    value: str | None

    def __init__(self, *regions: Region) -> None:
        self.regions = regions

    @property
    def place(self) -> int:
        """Where the variable is in the file."""
        return self.regions[0].place(0)

    @abstractmethod
    def rename(self, name: str) -> None:
        """Give the variable another name."""

    @abstractmethod
    def set_value(self, value: str) -> None:
        """Give the variable another value, if it has one here."""


class PairVariable(Variable):
    """A variable written as one string, `NAME=VALUE`, or only as its name."""

    def __init__(self, region: Region) -> None:
        super().__init__(region)
        self.region = region
        self.name, equals, value = region.old.partition("=")
        self.value: str | None = None
        if equals:
            self.value = value

    def rename(self, name: str) -> None:
        """Give the variable another name."""
        self.region.new = name + self.region.new.removeprefix(self.name)
        self.name = name

    def set_value(self, value: str) -> None:
        """Give the variable another value."""
        self.region.new = f"{self.name}={value}"
        self.value = value


class SplitVariable(Variable):
    """A variable whose name and value are two strings; the value may be none."""

    def __init__(
        self,
        name: Region,
        value: Region | None,
    ) -> None:
        super().__init__(*filter(None, (name, value)))
        self.name_region = name
        self.value_region = value
        self.name = name.old
        self.value: str | None = None
        if value is not None:
            self.value = value.old

    def rename(self, name: str) -> None:
        """Give the variable another name."""
        self.name_region.new = self.name = name

    def set_value(self, value: str) -> None:
        """Give the variable another value, if it has one here."""
        if self.value_region is not None:
            self.value_region.new = self.value = value


def fixed_variable(name: str, value: str | None, offset: int) -> Variable:
    """Return a variable that is written elsewhere, for a server that begins there."""
    text: Region | None = None
    if value is not None:
        text = FixedRegion(value, offset)
    return SplitVariable(FixedRegion(name, offset), text)


@dataclass
class VariableSource:
    """Variables that a server has from another object or file of the run.

    `changes` collects what becomes of them there.
    """

    changes: PlaceChanges
    variables: list[Variable]


AddVariables = Callable[[Sequence[tuple[str, str]]], list[Edit]]
"""Makes the edits that set variables which the file does not set yet."""


@dataclass
class Server:
    """One server, as strings of a file that can be changed.

    `offset` is where it begins. `runs_image`: the words are arguments
    of the image's entrypoint. `scripts` are shell texts, `mounts` the
    folders in the container, `others` more strings that name its
    folders or variables. On a `host`, ogx itself moves the folder.
    `is_built`: the image is made here. `foreign` are variables that
    somebody else sets under their old names. `sources` are where more
    variables come from, which its own ones override. `inherited_image`
    is that of the service that this one extends, or of the container
    that it patches; `is_patch` tells the latter, of which the base says
    the rest, and `given` are the variables that it sets in place of its
    flags.
    """

    offset: int
    is_old: bool
    variables: list[Variable] = field(default_factory=list)
    command: CommandLine | None = None
    image: Region | None = None
    scripts: list[Region] = field(default_factory=list)
    mounts: list[Region] = field(default_factory=list)
    others: list[Region] = field(default_factory=list)
    configs: list[str] = field(default_factory=list)
    add_variables: AddVariables | None = None
    drop_arguments: Callable[[], list[Edit]] | None = None
    runs_image: bool = False
    is_host: bool = False
    is_built: bool = False
    is_interpolated: bool = False
    foreign: set[str] = field(default_factory=set)
    sources: list[VariableSource] = field(default_factory=list)
    inherited_image: str = ""
    names_unknown_config: bool = False
    is_patch: bool = False
    given: frozenset[tuple[str, str]] = frozenset()

    def add_old_names(self, names: Iterable[str]) -> None:
        """Take variables that a patch sets: what is said here can use their names."""
        own = self.known
        added = [
            fixed_variable(name, None, self.offset)
            for name in names
            if name in renamed_variables() and name not in own
        ]
        self.sources.append(VariableSource(PlaceChanges("", ""), added))

    @property
    def known(self) -> dict[str, Variable]:
        """The variables by name; the last of a name counts."""
        found = {each.name: each for one in self.sources for each in one.variables}
        return found | self.own

    @property
    def own(self) -> dict[str, Variable]:
        """The variables by name that are written with the server itself."""
        return {variable.name: variable for variable in self.variables}

    @property
    def image_name(self) -> str:
        """The name of the image; empty if none is named."""
        if self.image is not None:
            return self.image.old
        return self.inherited_image

    @property
    def regions(self) -> list[Region]:
        """Every string that can have changed, each once."""
        found = [region for each in self.variables for region in each.regions]
        found += [*self.scripts, *self.mounts, *self.others]
        if self.image is not None:
            found.append(self.image)
        if self.command is not None:
            found += self.command.regions
        return list({id(region): region for region in found}.values())
