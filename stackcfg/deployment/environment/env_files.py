"""Files of variables: those of `env_file` in compose, of `EnvironmentFile` in units."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from stackcfg.deployment.changes import DeploymentChange, HoldsNoConfig
from stackcfg.deployment.environment.regions import PlaceChanges, RawRegion
from stackcfg.deployment.environment.server import Server, SplitVariable
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.migration.changes import CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.lines import LineIndex

_LINE: Final = lazy_pattern(
    r"(?m)^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*"
    r"(?:=[ \t]*(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\r\n]*))?"
)
_COMMENT: Final = lazy_pattern(r"[ \t]+#.*|[ \t]+$")
_PROJECT_FILE: Final = ".env"
"""What compose itself reads, for `${NAME}` in its files."""


class EnvFiles:
    """The files of variables of a run, by the services or units that name them.

    `servers` are the places that change in this run, each a file and an offset.
    """

    def __init__(
        self,
        files: DeploymentFiles,
        sources: VariableSources,
        users: Sequence[tuple[str, str, int]],
        servers: set[tuple[str, int]],
    ) -> None:
        self._files = files
        self._sources = sources
        self._users = users
        self._servers = servers
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
        self._sources.add(
            server,
            place,
            variables,
            lambda variable: list(self._find_others(name, variable)),
        )

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
        for file, path, offset in self._users:
            is_same = self._files.name_beside(file, path) == name
            if is_same and (file, offset) not in self._servers:
                yield _describe(file, self._files.texts[file], offset)
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
        users = {file for file, _, _ in self._users}
        for file, text in self._files.texts.items():
            match = None
            if file != name and file not in users:
                match = pattern.search(text)
            if match is not None:
                yield _describe(file, text, match.start())

    @cached_property
    def _compose_files(self) -> list[str]:
        """The files of the run that may be compose files."""
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
