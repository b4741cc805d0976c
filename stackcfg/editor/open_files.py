"""The files that an editor has open: their texts, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from stackcfg.editor.analysis import NOTHING, Analysis, analyze, body_of
from stackcfg.editor.text_index import UTF16, TextIndex
from stackcfg.errors import StackcfgError
from stackcfg.loading.errors import Problem
from stackcfg.releases.families import parse_target
from stackcfg.validation.settings import Settings

SettingsOf = Callable[[str], Settings | None]
"""Returns the settings for a path; None for a file that the project leaves out."""


class OpenFile(NamedTuple):
    """An open file: its path, its newest text with a number, what is known of it.

    `analyzed` is the text that the analysis is of.
    """

    path: str
    text: str
    version: int | None = None
    analysis: Analysis = NOTHING
    analyzed: str | None = None

    @property
    def body(self) -> str:
        """The text without a byte order mark."""
        return body_of(self.text)


class OpenFiles:
    """The open files by their address; what is known of one is found when asked."""

    def __init__(self, settings_of: SettingsOf) -> None:
        self._settings_of = settings_of
        self._files: dict[str, OpenFile] = {}
        self._target = ""
        self.encoding = UTF16

    def set_target(self, name: str) -> None:
        """Use a release for all files, or none for an empty name.

        Raises `ValueError` for an unknown one.
        """
        if name:
            parse_target(name)
        self._target = name
        for uri, file in self._files.items():
            self._files[uri] = file._replace(analyzed=None)

    def put(self, uri: str, path: str, text: str, version: int | None) -> None:
        """Take the newest text of a file."""
        known = self._files.get(uri) or OpenFile(path, text)
        self._files[uri] = known._replace(text=text, version=version)

    def close(self, uri: str) -> None:
        """Forget a file."""
        self._files.pop(uri, None)

    def addresses(self) -> list[str]:
        """Return the addresses of all open files."""
        return list(self._files)

    def version(self, uri: str) -> int | None:
        """Return the number of the newest text of a file."""
        file = self._files.get(uri)
        return None if file is None else file.version

    def get(self, uri: str) -> OpenFile | None:
        """Return a file with what is known of its newest text; None if
        it is not open.
        """
        file = self._files.get(uri)
        if file is None or file.analyzed == file.text:
            return file
        analysis = self._analyze(file)
        file = file._replace(analysis=analysis, analyzed=file.text)
        self._files[uri] = file
        return file

    def index(self, file: OpenFile) -> TextIndex:
        """Return the places of a file's text as the editor counts them."""
        return TextIndex(file.text, self.encoding)

    def _analyze(self, file: OpenFile) -> Analysis:
        try:
            settings = self._settings_of(file.path)
            if settings is None:
                return NOTHING
            if self._target:
                settings = settings._replace(target=parse_target(self._target))
            return analyze(file.text, settings, file.analysis)
        except StackcfgError as error:
            problem = Problem(str(error), hint=error.hint)
        except Exception as error:
            # an editor keeps its server, whatever a text does to it
            problem = Problem(f"internal error: {type(error).__name__}: {error}")
        return file.analysis._replace(findings=(), problem=problem)
