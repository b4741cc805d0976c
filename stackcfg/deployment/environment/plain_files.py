"""Files of other kinds than YAML: whether they start a server, and what of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from stackcfg.deployment.changes import (
    DeploymentChanges,
    FileEdit,
    FileNote,
    HoldsNoConfig,
    Refusal,
)
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.unproved_readers import note_unread_config
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.loading.here_documents import find_written_configs, read_here_documents
from stackcfg.manifests.file_kinds import kind_of
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.versions import Release
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.lines import LineIndex, Position

_PROVIDER: Final = lazy_pattern(
    r"(?m)^(?![ \t]*#)[^\n]*?(?P<key>\bprovider_type[\"']?:[ \t]*[\"']?(?:remote|inline)::)"
)
"""What no other text than a run config has, but for comments."""


class PlainText(NamedTuple):
    """The text of a file, and the release that its server is to run."""

    file: str
    body: str
    target: Release


def add_lines(text: str, place: int, lines: Iterable[str]) -> list[Edit]:
    """Return the edit that adds lines to a text, with its line ends."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    return [Edit(place, place, ("".join(line + line_end for line in lines),))]


def files_of_kind(files: DeploymentFiles, kind: str) -> Iterator[str]:
    """Yield the names of the files of a kind; none before ogx."""
    if not files.settings.is_for_ogx:
        return
    for name, text in files.texts.items():
        if kind_of(name, text) == kind:
            yield name


def change_plain_file(
    files: DeploymentFiles,
    name: str,
    change: Callable[[PlainText], Iterator[PlaceChanges]],
) -> DeploymentChanges:
    """Yield the changes of a file; refuse one in which no server starts."""
    text = PlainText(name, files.texts[name], files.settings.release)
    found = list(change(text))
    if not found and not find_written_configs(text.body):
        kind = kind_of(name, text.body)
        message = f"not a run config, and nothing in this {kind} starts the server"
        yield Refusal(name, NotRunConfigError(message, Position(1, 1)))
        return
    if not found:
        found = list(note_unread_config(name, text.body, files.settings))
    changes = [change for each in found for change in each.changes()]
    yield from changes
    is_changed = any(isinstance(each, FileEdit) for each in changes)
    yield from _say_what_it_holds(text, is_changed)


def _say_what_it_holds(text: PlainText, is_changed: bool) -> DeploymentChanges:
    """Yield whether a file has no run config to migrate: it writes
    none, or it writes one in pieces.
    """
    try:
        if is_changed:
            yield from _note_unread_text(text)
        if read_here_documents(text.body, LineIndex(text.body).position):
            return
    except InputError as error:
        offset = LineIndex(text.body).offset(error.position)
        message = f"{error.message}, and stays; {error.hint}"
        yield FileNote(text.file, "script", ACTION_REQUIRED, message, offset)
    yield HoldsNoConfig(text.file)


def _note_unread_text(text: PlainText) -> DeploymentChanges:
    """Yield a note on the first part of a run config that is in no text that is read.

    Raises `InputError` for one that is known to be written in pieces.
    """
    read_here_documents(text.body, LineIndex(text.body).position)
    spans = [(each.start, each.end) for each in find_written_configs(text.body)]
    for match in _PROVIDER.finditer(text.body):
        if any(start <= match.start("key") < end for start, end in spans):
            continue
        message = (
            "this line is part of a run config that is written in a form which is not "
            "read, and stays; write it with a here-document and migrate again"
        )
        offset = match.start("key")
        yield FileNote(text.file, "run config", ACTION_REQUIRED, message, offset)
        return
