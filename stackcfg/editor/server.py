"""The language server: its features, on the library that speaks the protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from stackcfg import __version__
from stackcfg.editor.backends import Backend, RenameError, find_backend, rename_backend
from stackcfg.editor.changes import (
    Migrated,
    can_migrate,
    fix_all,
    line_edits,
    migrate_text,
    quick_fixes,
)
from stackcfg.editor.completion import complete
from stackcfg.editor.hover import find_hover
from stackcfg.editor.open_files import OpenFile, OpenFiles, SettingsOf
from stackcfg.editor.protocol import (
    diagnostics_of,
    from_position,
    from_range,
    read_target,
    to_completions,
    to_hover,
    to_quick_fix,
    to_range,
    to_workspace_edit,
)
from stackcfg.editor.spots import Spot
from stackcfg.editor.text_index import TextEdit, TextIndex

DELAY: Final = 0.02
"""Seconds of rest after a change before the file is validated."""

MIGRATE: Final = "stackcfg.migrate"
MIGRATED_TEXT: Final = "stackcfg.migratedText"
FIX_ALL_KIND: Final = "source.fixAll.stackcfg"
MIGRATE_KIND: Final = "source.migrate.stackcfg"

PlaceParams: TypeAlias = (
    lsp.CompletionParams
    | lsp.DefinitionParams
    | lsp.HoverParams
    | lsp.PrepareRenameParams
    | lsp.ReferenceParams
    | lsp.RenameParams
)
"""The requests about a place of a file."""


class _Place(NamedTuple):
    """The place of a file that a request is about."""

    file: OpenFile
    text_index: TextIndex
    offset: int


class Features:
    """What the server answers; each method is a request or a notification."""

    def __init__(self, server: LanguageServer, settings_of: SettingsOf) -> None:
        self._server = server
        self._files = OpenFiles(settings_of)

    def initialize(self, params: lsp.InitializeParams) -> None:
        """Take the target that the client names."""
        self._choose_target(params.initialization_options)

    def initialized(self, _params: lsp.InitializedParams) -> None:
        """Take the unit in which the client counts columns."""
        chosen = self._server.server_capabilities.position_encoding
        if chosen is not None:
            self._files.encoding = str(getattr(chosen, "value", chosen))

    async def change_settings(self, params: lsp.DidChangeConfigurationParams) -> None:
        """Validate all open files for the target that the client names now."""
        self._choose_target(params.settings)
        for uri in self._files.addresses():
            self._publish(uri)

    def _choose_target(self, options: Any) -> None:
        try:
            self._files.set_target(read_target(options))
        except ValueError as error:
            message = lsp.ShowMessageParams(lsp.MessageType.Warning, str(error))
            self._server.window_show_message(message)

    async def did_open(self, params: lsp.DidOpenTextDocumentParams) -> None:
        """Validate a file that is opened."""
        document = params.text_document
        self._put(document.uri, document.text, document.version)
        self._publish(document.uri)

    async def did_change(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """Validate a file that is changed, unless it changes again at once."""
        document = params.text_document
        self._put(document.uri, params.content_changes[-1].text, document.version)
        await asyncio.sleep(DELAY)
        if self._files.version(document.uri) == document.version:
            self._publish(document.uri)

    async def did_close(self, params: lsp.DidCloseTextDocumentParams) -> None:
        """Forget a file and what was found in it."""
        uri = params.text_document.uri
        self._files.close(uri)
        empty = lsp.PublishDiagnosticsParams(uri, [])
        self._server.text_document_publish_diagnostics(empty)

    def _put(self, uri: str, text: str, version: int) -> None:
        self._files.put(uri, to_fs_path(uri) or uri, text, version)

    def _publish(self, uri: str) -> None:
        file = self._files.get(uri)
        if file is None:
            return
        found = list(diagnostics_of(uri, file, self._files.index(file)))
        params = lsp.PublishDiagnosticsParams(uri, found, file.version)
        self._server.text_document_publish_diagnostics(params)

    def _find(self, params: PlaceParams) -> _Place | None:
        """Return the place that a request is about."""
        file = self._files.get(params.text_document.uri)
        if file is None or not file.analysis.is_of_ours:
            return None
        index = self._files.index(file)
        offset = index.offset(from_position(params.position))
        return _Place(file, index, offset)

    def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        """Return what is known about a place."""
        place = self._find(params)
        if place is None:
            return None
        hover = find_hover(place.file.analysis, place.text_index, place.offset)
        if hover is None:
            return None
        return to_hover(hover, place.text_index)

    def _find_backend(self, params: PlaceParams) -> tuple[Backend, _Place] | None:
        place = self._find(params)
        if place is None:
            return None
        analysis = place.file.analysis
        if analysis.problem is not None:
            return None
        backend = find_backend(analysis, place.offset)
        if backend is None:
            return None
        return backend, place

    def definition(self, params: lsp.DefinitionParams) -> lsp.Location | None:
        """Return where the backend of a reference is defined."""
        found = self._find_backend(params)
        if found is None:
            return None
        backend, place = found
        if backend.definition is None:
            return None
        uri = params.text_document.uri
        return _locate(uri, backend.definition, place.text_index)

    def references(self, params: lsp.ReferenceParams) -> list[lsp.Location] | None:
        """Return what refers to a backend."""
        found = self._find_backend(params)
        if found is None:
            return None
        backend, place = found
        spots = [use.spot for use in backend.uses]
        if params.context.include_declaration:
            spots = list(backend.spots)
        uri = params.text_document.uri
        return [_locate(uri, spot, place.text_index) for spot in spots]

    def prepare_rename(self, params: lsp.PrepareRenameParams) -> lsp.Range | None:
        """Return the name that would be renamed."""
        found = self._find_backend(params)
        if found is None:
            return None
        backend, place = found
        for spot in backend.spots:
            start, end = spot.span
            if start <= place.offset <= end:
                return to_range(place.text_index.range(start, end))
        return None

    def rename(self, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        """Return the edits that give a backend another name."""
        found = self._find_backend(params)
        if found is None:
            return None
        backend, place = found
        file = place.file
        try:
            spans = rename_backend(backend, params.new_name, file.body, file.analysis)
        except RenameError as error:
            self._say(lsp.MessageType.Error, str(error))
            return None
        edits = [TextEdit(place.text_index.range(*span), new) for span, new in spans]
        return to_workspace_edit(params.text_document.uri, edits)

    def complete(self, params: lsp.CompletionParams) -> lsp.CompletionList | None:
        """Return what can be written at a place."""
        place = self._find(params)
        if place is None:
            return None
        file, index, offset = place
        completions = complete(file.analysis, file.body, offset)
        return to_completions(completions, index, offset)

    def actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        """Return the changes that are offered for a range."""
        file = self._files.get(params.text_document.uri)
        if file is None:
            return []
        if file.analysis.problem or not file.analysis.is_of_ours:
            return []
        return list(self._actions_in(file, params))

    def _actions_in(
        self, file: OpenFile, params: lsp.CodeActionParams
    ) -> Iterator[lsp.CodeAction]:
        uri = params.text_document.uri
        index = self._files.index(file)
        settings = file.analysis.settings
        wanted = params.context.only or ["quickfix", "source"]
        if _is_wanted("quickfix", wanted):
            area = from_range(params.range)
            changes = quick_fixes(file.text, settings, index, area)
            for change in changes:
                yield to_quick_fix(uri, change, index)
        if _is_wanted(FIX_ALL_KIND, wanted):
            whole = fix_all(file.text, settings, index)
            if whole is not None:
                edit = to_workspace_edit(uri, whole.edits)
                yield lsp.CodeAction(whole.title, kind=FIX_ALL_KIND, edit=edit)
        if _is_wanted(MIGRATE_KIND, wanted) and can_migrate(file.analysis):
            yield _migrate_action(uri)

    def migrated_text(self, uri: str, target: str) -> dict[str, Any]:
        """Return the migrated text of a file, for a diff in the editor."""
        return self._migrate(uri, target)._asdict()

    def migrate(self, uri: str, target: str) -> dict[str, Any]:
        """Migrate a file in the editor; the result says what is reported."""
        migrated = self._migrate(uri, target)
        file = self._files.get(uri)
        if migrated.problem:
            self._say(lsp.MessageType.Error, migrated.problem)
        elif file is None or not migrated.changed:
            self._say(lsp.MessageType.Info, "nothing to migrate")
        else:
            index = self._files.index(file)
            edits = line_edits(file.text, migrated.text, index)
            params = lsp.ApplyWorkspaceEditParams(
                edit=to_workspace_edit(uri, edits),
                label="Migrate the run config",
            )
            # a client may answer only when it has the result of the command
            self._server.workspace_apply_edit(params)
        return migrated._asdict()

    def _migrate(self, uri: str, target: str) -> Migrated:
        file = self._files.get(uri)
        if file is None:
            return Migrated("", problem="the file is not open")
        return migrate_text(file.text, file.analysis.settings, target or None)

    def _say(self, kind: lsp.MessageType, words: str) -> None:
        self._server.window_show_message(lsp.ShowMessageParams(kind, words))


def _locate(uri: str, spot: Spot, index: TextIndex) -> lsp.Location:
    return lsp.Location(uri, to_range(index.range(*spot.span)))


def _is_wanted(kind: str, wanted: Sequence[Any]) -> bool:
    """Return whether a client asks for a kind of action, or for one above it."""
    names = [str(getattr(each, "value", each)) for each in wanted]
    return any(kind == name or kind.startswith(f"{name}.") for name in names)


def _migrate_action(uri: str) -> lsp.CodeAction:
    title = "migrate this file to 0.3"
    command = lsp.Command(title, MIGRATE, arguments=[uri])
    return lsp.CodeAction(title, kind=MIGRATE_KIND, command=command)


def make_server(settings_of: SettingsOf) -> LanguageServer:
    """Return the server with all of its features."""
    server = LanguageServer(
        "stackcfg", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full
    )
    features = Features(server, settings_of)
    for name, options, answer in _features_of(features):
        server.feature(name, options)(_as_function(answer))
    _add_commands(server, features)
    return server


def _as_function(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls a method: the library marks what it
    registers, and methods take no marks.
    """
    if asyncio.iscoroutinefunction(method):

        async def answer_later(params: Any) -> Any:
            return await method(params)

        return answer_later

    def answer(params: Any) -> Any:
        return method(params)

    return answer


def _add_commands(server: LanguageServer, features: Features) -> None:
    # the library wants every named parameter: the target may be left out
    def migrate(uri: str, *target: str) -> dict[str, Any]:
        return features.migrate(uri, "".join(target[:1]))

    def migrated_text(uri: str, *target: str) -> dict[str, Any]:
        return features.migrated_text(uri, "".join(target[:1]))

    server.command(MIGRATE)(migrate)
    server.command(MIGRATED_TEXT)(migrated_text)


def _features_of(features: Features) -> list[tuple[str, Any, Callable[..., Any]]]:
    triggers = lsp.CompletionOptions(trigger_characters=[" ", ":", "{", "-"])
    renames = lsp.RenameOptions(prepare_provider=True)
    kinds: list[Any] = [lsp.CodeActionKind.QuickFix, FIX_ALL_KIND, MIGRATE_KIND]
    actions = lsp.CodeActionOptions(code_action_kinds=kinds)
    return [
        (lsp.INITIALIZE, None, features.initialize),
        (lsp.INITIALIZED, None, features.initialized),
        (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, None, features.change_settings),
        (lsp.TEXT_DOCUMENT_DID_OPEN, None, features.did_open),
        (lsp.TEXT_DOCUMENT_DID_CHANGE, None, features.did_change),
        (lsp.TEXT_DOCUMENT_DID_CLOSE, None, features.did_close),
        (lsp.TEXT_DOCUMENT_HOVER, None, features.hover),
        (lsp.TEXT_DOCUMENT_DEFINITION, None, features.definition),
        (lsp.TEXT_DOCUMENT_REFERENCES, None, features.references),
        (lsp.TEXT_DOCUMENT_PREPARE_RENAME, None, features.prepare_rename),
        (lsp.TEXT_DOCUMENT_RENAME, renames, features.rename),
        (lsp.TEXT_DOCUMENT_COMPLETION, triggers, features.complete),
        (lsp.TEXT_DOCUMENT_CODE_ACTION, actions, features.actions),
    ]


def serve(settings_of: SettingsOf) -> None:
    """Answer an editor on standard input and output until it goes away."""
    make_server(settings_of).start_io()
