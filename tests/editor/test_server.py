"""The language server as an editor uses it: a client in another process speaks the protocol with it."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("pygls")
pytest_lsp = pytest.importorskip("pytest_lsp")
pytest_asyncio = pytest.importorskip("pytest_asyncio")

from lsprotocol import types as lsp  # noqa: E402

from tests.support.running import ROOT, STARTER, environment  # noqa: E402
from tests.support.texts import in_config_map  # noqa: E402

OLD = (STARTER / "input.yaml").read_text()
NEW = (STARTER / "output.yaml").read_text()
BROKEN = NEW.replace("backend: kv_default", "backend: kv_defalt", 1)


EDITS: list[lsp.WorkspaceEdit] = []
"""What the server asked the editor to change."""

RANDOM_EDITS = 5000 if os.environ.get("STACKCFG_ALL") == "1" else 150

FORMS = {"a file": str, "a ConfigMap": in_config_map}


# starting a server takes longer than a test
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_lsp.fixture(
    scope="module",
    config=pytest_lsp.ClientServerConfig(
        server_command=[sys.executable, "-m", "stackcfg", "lsp"],
        server_env=environment(PYTHONPATH=str(ROOT)),
    ),
)
async def client(lsp_client: pytest_lsp.LanguageClient):
    capabilities = pytest_lsp.client_capabilities("visual-studio-code")

    @lsp_client.feature(lsp.WORKSPACE_APPLY_EDIT)
    def _apply(params):
        EDITS.append(params.edit)
        return lsp.ApplyWorkspaceEditResult(applied=True)

    await lsp_client.initialize_session(lsp.InitializeParams(capabilities=capabilities))
    yield
    await lsp_client.shutdown_session()


class Editor:
    """An editor with one open file."""

    def __init__(self, client: pytest_lsp.LanguageClient, path: Path) -> None:
        self.client = client
        self.uri = path.as_uri()
        self.text = ""
        self.version = 0

    async def open(self, text: str) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(self.uri, "yaml", self.version, text)
        self.text = text
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.diagnostics()

    async def change(self, text: str) -> list[lsp.Diagnostic]:
        self.send(text)
        return await self.diagnostics()

    def send(self, text: str) -> None:
        self.text = text
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(
            version=self.version, uri=self.uri
        )
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(document, [whole])
        )

    async def diagnostics(self) -> list[lsp.Diagnostic]:
        """What is published for this file next."""
        wait = self.client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        await asyncio.wait_for(wait, 60)
        return list(self.client.diagnostics.get(self.uri, []))

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    def at(self, before: str, skip: int = 0) -> lsp.Position:
        """The place behind a piece of the text."""
        offset = -1
        for _ in range(skip + 1):
            offset = self.text.index(before, offset + 1)
        line, _, column = self.text[: offset + len(before)].rpartition("\n")
        return lsp.Position(
            line.count("\n") + bool(_), len(column.encode("utf-16-le")) // 2
        )

    def word(self, place: lsp.Range) -> str:
        lines = self.text.split("\n")
        assert place.start.line == place.end.line
        units = lines[place.start.line].encode("utf-16-le")
        return units[2 * place.start.character : 2 * place.end.character].decode(
            "utf-16-le"
        )

    def apply(self, edit: lsp.WorkspaceEdit) -> str:
        """The text with the edits of a server."""
        [edits] = edit.changes.values()
        lines = self.text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)

        def offset(position: lsp.Position) -> int:
            if position.line >= len(lines):
                return len(self.text)
            units = lines[position.line].encode("utf-16-le")
            before = units[: 2 * position.character].decode("utf-16-le")
            return starts[position.line] + len(before)

        text = self.text
        ordered = sorted(edits, key=lambda each: offset(each.range.start))
        for each in reversed(ordered):
            text = (
                text[: offset(each.range.start)]
                + each.new_text
                + text[offset(each.range.end) :]
            )
        return text


@pytest_asyncio.fixture(loop_scope="module")
async def editor(client, tmp_path: Path):
    editor = Editor(client, tmp_path / "run é.yaml")
    client.messages.clear()
    yield editor
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(editor.document))
    await editor.diagnostics()


def codes(found: list[lsp.Diagnostic]) -> list[str]:
    return [str(each.code) for each in found]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_what_is_typed_is_validated(editor: Editor, form) -> None:
    assert await editor.open(form(NEW)) == []
    [found] = await editor.change(form(BROKEN))
    assert (found.code, found.source) == ("unknown-backend", "stackcfg")
    assert editor.word(found.range) == "kv_defalt"
    assert await editor.change(form(NEW)) == []


async def test_a_broken_file_says_where(editor: Editor) -> None:
    await editor.open(NEW)
    [found] = await editor.change(NEW.replace("apis:", "apis: [", 1))
    assert found.code == "unreadable"
    assert found.severity == lsp.DiagnosticSeverity.Error
    assert found.range.start.line > 0


async def test_other_yaml_is_not_ours(editor: Editor) -> None:
    assert await editor.open("receivers: {}\nexporters: {}\n") == []
    assert await editor.change("receivers: [\n") == []
    hover = lsp.HoverParams(editor.document, lsp.Position(0, 1))
    assert await editor.client.text_document_hover_async(hover) is None


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_a_quick_fix_ends_its_finding(editor: Editor, form) -> None:
    [found] = await editor.open(form("# \U0001f40b\n" + BROKEN))
    context = lsp.CodeActionContext([found])
    params = lsp.CodeActionParams(editor.document, found.range, context)
    actions = await editor.client.text_document_code_action_async(params)
    preferred, ignore, whole = actions
    assert preferred.is_preferred
    assert preferred.title == "did you mean 'kv_default'?"
    assert preferred.diagnostics[0].code == "unknown-backend"
    assert editor.apply(preferred.edit) == form("# \U0001f40b\n" + NEW)
    assert whole.kind == "source.fixAll.stackcfg"
    assert editor.apply(whole.edit) == form("# \U0001f40b\n" + NEW)
    assert ignore.title == "ignore unknown-backend here"
    assert await editor.change(editor.apply(ignore.edit)) == []


async def test_a_place_says_what_is_known(editor: Editor) -> None:
    await editor.open(BROKEN)

    async def page(position: lsp.Position) -> str:
        hover = await editor.client.text_document_hover_async(
            lsp.HoverParams(editor.document, position)
        )
        return hover.contents.value

    finding = await page(editor.at("backend: kv_def"))
    assert "`unknown-backend`" in finding
    assert "no such backend" in finding
    reference = await page(editor.at("backend: kv_def", skip=1))
    assert "**kv_default**: `kv_sqlite`" in reference
    assert "/kvstore.db" in reference
    field = await page(editor.at("namesp"))
    assert "**namespace**: string, required" in field


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_references_and_definitions(editor: Editor, form) -> None:
    await editor.open(form(NEW))
    place = editor.at("backend: kv_def")
    where = await editor.client.text_document_definition_async(
        lsp.DefinitionParams(editor.document, place)
    )
    assert editor.word(where.range) == "kv_default"
    assert where.range.start.line == editor.at("    kv_default:").line
    context = lsp.ReferenceContext(include_declaration=False)
    uses = await editor.client.text_document_references_async(
        lsp.ReferenceParams(context, editor.document, place)
    )
    assert len(uses) == NEW.count("backend: kv_default")
    assert {editor.word(each.range) for each in uses} == {"kv_default"}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_a_backend_is_renamed_everywhere(editor: Editor, form) -> None:
    await editor.open(form(NEW))
    place = editor.at("backend: kv_def")
    known = await editor.client.text_document_prepare_rename_async(
        lsp.PrepareRenameParams(editor.document, place)
    )
    assert editor.word(known) == "kv_default"
    edit = await editor.client.text_document_rename_async(
        lsp.RenameParams(editor.document, place, "main")
    )
    assert editor.apply(edit) == form(NEW.replace("kv_default", "main"))
    taken = await editor.client.text_document_rename_async(
        lsp.RenameParams(editor.document, place, "sql_default")
    )
    assert taken is None
    assert "sql_default" in editor.client.messages[-1].message


async def test_completion_in_a_file_that_is_broken(editor: Editor) -> None:
    await editor.open(NEW)
    typed = NEW.replace("backend: kv_default", "backend: {[", 1)
    await editor.change(typed)
    await editor.change(NEW.replace("{backend: kv_default", "{backend: kv", 1))

    async def labels(position: lsp.Position) -> list[str]:
        found = await editor.client.text_document_completion_async(
            lsp.CompletionParams(editor.document, position)
        )
        return [item.label for item in found.items]

    assert await labels(editor.at("backend: kv")) == ["kv_default"]
    broken = NEW.replace(
        "provider_type: remote::ollama", "provider_type: remote::vl\n   [", 1
    )
    await editor.change(broken)
    assert "remote::vllm" in await labels(editor.at("provider_type: remote::vl"))


async def test_a_file_is_migrated_in_the_editor(editor: Editor) -> None:
    found = await editor.open(OLD)
    context = lsp.CodeActionContext(found, only=["source.migrate.stackcfg"])
    place = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    [action] = await editor.client.text_document_code_action_async(
        lsp.CodeActionParams(editor.document, place, context)
    )
    assert action.title == "migrate this file to 0.3"
    result = await editor.client.workspace_execute_command_async(
        lsp.ExecuteCommandParams("stackcfg.migrate", [editor.uri])
    )
    while not EDITS:
        await asyncio.sleep(0.01)
    assert editor.apply(EDITS.pop()) == NEW
    text = await editor.client.workspace_execute_command_async(
        lsp.ExecuteCommandParams("stackcfg.migratedText", [editor.uri, "0.3"])
    )
    assert text["text"] == result["text"] == NEW
    refused = await editor.client.workspace_execute_command_async(
        lsp.ExecuteCommandParams("stackcfg.migratedText", [editor.uri, "9.9"])
    )
    assert "9.9" in refused["problem"]


async def test_settings_of_the_project_count(editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "stackcfg.toml").write_text('ignore = ["unknown-backend"]\n')
    assert await editor.open(BROKEN) == []
    (tmp_path / "stackcfg.toml").write_text('target = "9.9"\n')
    [found] = await editor.change(BROKEN + "\n")
    assert "9.9" in found.message


async def test_the_editor_can_name_the_target(editor: Editor) -> None:
    assert await editor.open(NEW) == []
    settings = {"stackcfg": {"target": "1.5"}}
    editor.client.workspace_did_change_configuration(
        lsp.DidChangeConfigurationParams(settings)
    )
    assert await editor.diagnostics() != []
    settings = {"stackcfg": {"target": ""}}
    editor.client.workspace_did_change_configuration(
        lsp.DidChangeConfigurationParams(settings)
    )
    assert await editor.diagnostics() == []


async def test_random_edits_never_end_the_server(
    editor: Editor, client: pytest_lsp.LanguageClient, tmp_path: Path
) -> None:
    """Each edit of one of two files is followed by questions; at the end the server
    still knows both. `STACKCFG_ALL=1` makes 5,000 edits.
    """
    chance = random.Random(14)
    other = Editor(client, tmp_path / "objects.yaml")
    await editor.open(NEW)
    await other.open(in_config_map(NEW))
    for _ in range(RANDOM_EDITS):
        changed, text = chance.choice(((editor, NEW), (other, in_config_map(NEW))))
        if chance.random() > 0.1:
            text = random_edit(chance, changed.text)
        changed.send(text)
        await ask_at_random(chance, chance.choice((editor, other)))
    for each, text in ((editor, NEW), (other, in_config_map(NEW))):
        each.send(text)
        await ask_at_random(chance, each)
    await asyncio.sleep(0.5)
    for each in (editor, other):
        assert list(client.diagnostics[each.uri]) == []
    assert client.messages == []
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(other.document))
    await other.diagnostics()


async def ask_at_random(chance: random.Random, editor: Editor) -> None:
    """Ask what an editor asks at a place of a file, which it may not have."""
    client, document = editor.client, editor.document
    line = chance.randrange(editor.text.count("\n") + 2)
    place = lsp.Position(line, chance.randrange(40))
    await client.text_document_completion_async(lsp.CompletionParams(document, place))
    await client.text_document_hover_async(lsp.HoverParams(document, place))
    await client.text_document_definition_async(lsp.DefinitionParams(document, place))
    if chance.random() < 0.05:
        context = lsp.CodeActionContext([])
        span = lsp.Range(place, place)
        await client.text_document_code_action_async(
            lsp.CodeActionParams(document, span, context)
        )


def random_edit(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((0, 0, 1, 3, 20)))
    new = chance.choice(
        (
            "",
            " ",
            "\n",
            "x",
            ":",
            "{",
            "- ",
            "\t",
            "é",
            "\U0001f40b",
            "&a",
            "*a",
            "'",
            "${env.",
            "#",
        )
    )
    return text[:start] + new + text[end:]


async def test_a_change_of_a_long_file_is_validated_at_once(editor: Editor) -> None:
    long = NEW + "# " + "x" * 76 + "\n"
    while len(long) < 8000:
        long += "# " + "x" * 76 + "\n"
    await editor.open(long)
    await editor.change(long + " ")
    took = []
    for number in range(5):
        start = time.perf_counter()
        await editor.change(long + "#" * number)
        took.append(time.perf_counter() - start)
    # machines of CI are slow: the least of some is what the work takes
    assert min(took) < 0.15
