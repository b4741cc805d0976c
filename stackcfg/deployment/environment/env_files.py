"""Files of variables: those of `env_file` in compose, of
`EnvironmentFile` in units, and those that a kustomization makes an
object from.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import Final, NamedTuple

from stackcfg.deployment.changes import DeploymentChange, HoldsNoConfig
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import RawRegion, ScalarRegion
from stackcfg.deployment.environment.server import PairVariable, Server, SplitVariable
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.manifests.generated_objects import GeneratedObject
from stackcfg.migration.changes import CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import new_variable
from stackcfg.yamltext.lines import LineIndex

_LINE: Final = lazy_pattern(
    r"(?m)^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*"
    r"(?:=[ \t]*(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\r\n]*))?"
)
_COMMENT: Final = lazy_pattern(r"[ \t]+#.*|[ \t]+$")
_PROJECT_FILE: Final = ".env"
"""What compose itself reads, for `${NAME}` in its files."""


class EnvFileUser(NamedTuple):
    """Where a service, a unit or a script names a file of variables by a path.

    `changes`: it is a server whose variables get their new names in
    this run.
    """

    file: str
    path: str
    offset: int
    changes: bool


class EnvFiles:
    """The files of variables of a run, by the services or units that name them."""

    def __init__(
        self,
        files: DeploymentFiles,
        sources: VariableSources,
        users: Sequence[EnvFileUser],
    ) -> None:
        self._files = files
        self._sources = sources
        self._users = users
        self._servers = {(each.file, each.offset) for each in users if each.changes}
        self._read: dict[str, None] = {}

    def read(
        self, file: str, path: str, server: Server, changes: PlaceChanges, offset: int
    ) -> None:
        """Let a server have the variables of a file that another one names."""
        name = self._files.name_beside(file, path)
        if name is None:
            message = (
                f"variables of the server in '{path}' have other names, too; name that "
                "file in this run, or rename them there"
            )
            changes.note(CHECK, message, offset)
            return
        self._read[name] = None
        variables = list(read_env_file(self._files.texts[name]))
        place = PlaceChanges(name, "variables")
        self._sources.add(server, place, variables, partial(self._find_others, name))

    def changes(self) -> Iterator[DeploymentChange]:
        """Yield that no file of variables holds a run config."""
        for name in self._read:
            yield HoldsNoConfig(name)

    def _find_others(
        self,
        name: str,
        variable: str,
    ) -> Iterator[str]:
        """Yield who uses a variable of a file besides servers that change."""
        text = self._files.texts[name]
        for match in _uses_of(variable, text):
            yield _describe(name, text, match.start())
        for user in self._users:
            is_same = self._files.name_beside(user.file, user.path) == name
            if is_same and (user.file, user.offset) not in self._servers:
                yield _describe(user.file, self._files.texts[user.file], user.offset)
        if posixpath.basename(name) == _PROJECT_FILE:
            yield from self._find_interpolations(name, variable)
        yield from self._find_mentions(name)

    def _find_interpolations(
        self,
        name: str,
        variable: str,
    ) -> Iterator[str]:
        """Yield where a compose file beside `.env` has a variable of it."""
        for file in self._compose_files:
            if posixpath.dirname(file) != posixpath.dirname(name):
                continue
            text = self._files.texts[file]
            for match in _uses_of(variable, text):
                yield _describe(file, text, match.start())

    def _find_mentions(self, name: str) -> Iterator[str]:
        """Yield where a file that is not among the users names this one."""
        base = re.escape(posixpath.basename(name))
        pattern = re.compile(rf"(?<![\w.-]){base}(?![\w.-])")
        users = {each.file for each in self._users}
        for file, text in self._files.texts.items():
            match = None
            if file != name and file not in users:
                match = pattern.search(text)
            if match is not None:
                yield _describe(file, text, match.start())

    @cached_property
    def _compose_files(self) -> list[str]:
        texts = self._files.texts.items()
        return [file for file, text in texts if "services:" in text]


def read_env_file(text: str) -> Iterator[SplitVariable]:
    """Yield the variables of a file, each with a value or only its name."""
    for match in _LINE.finditer(text):
        name = RawRegion(text, *match.span("name"))
        value: RawRegion | None = None
        if match["value"] is not None:
            value = RawRegion(text, *_span_of_value(match))
        yield SplitVariable(name, value)


def describe_old_names(files: DeploymentFiles, file: str) -> Iterator[str]:
    """Yield the lines of a file that have old names, with the new ones."""
    text = files.texts[file]
    lines = LineIndex(text)
    for variable in read_env_file(text):
        new = new_variable(variable.name, files.settings.release)
        if new:
            line = lines.position(variable.place).line
            yield f"line {line} of {file} sets '{variable.name}'; ogx reads '{new}'"


def _span_of_value(match: re.Match[str]) -> tuple[int, int]:
    """Return where a value is, without its quotes and a comment behind it."""
    start, end = match.span("value")
    value = match["value"]
    if value[:1] in ("'", '"') and len(value) > 1:
        return start + 1, end - 1
    comment = _COMMENT.search(value)
    if comment is not None:
        end = start + comment.start()
    return start, end


def _uses_of(variable: str, text: str) -> Iterator[re.Match[str]]:
    """Yield where a text has the value of a variable; `$$` is a plain `$`."""
    return re.finditer(rf"(?<!\$)(?:\$\$)*\$\{{?{variable}\b", text)


def _describe(
    file: str,
    text: str,
    offset: int,
) -> str:
    """Return a place of a file in words."""
    line = LineIndex(text).position(offset).line
    return f"line {line} of {file}"


def variables_of(made: GeneratedObject) -> Iterator[PairVariable]:
    """Yield the variables that are written in the kustomization itself."""
    listed = made.source.node.at((*made.path, "literals"))
    if listed is None:
        return
    for item in listed.items:
        if item.named is None and item.text:
            document = made.source.document
            yield PairVariable(ScalarRegion(document, item.target, listed.flow))


def describe_variable_files(
    made: GeneratedObject, files: DeploymentFiles
) -> Iterator[str]:
    """Yield what to say of each file of variables that the entry names."""
    for path in made.variable_files:
        name = files.name_beside(made.source.file, path)
        if name is None:
            yield (
                f"variables of the server in '{path}' have other names, too; "
                "rename them there"
            )
        else:
            yield from describe_old_names(files, name)
