"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The address of the texts that a migration would write; they are in no file. */
const SCHEME = "stackcfg-migrated";

/** The notes of severity that a person must act on begin with this. */
const ACTION = "action required";

let client;
const migratedTexts = new Map();

function settings() {
  return vscode.workspace.getConfiguration("stackcfg");
}

function makeClient() {
  const [command, ...args] = settings().get("command");
  return new LanguageClient(
    "stackcfg",
    "stackcfg",
    { command, args },
    {
      documentSelector: [{ language: "yaml" }],
      initializationOptions: { target: settings().get("target") },
      synchronize: { configurationSection: "stackcfg" },
    },
  );
}

async function start() {
  client = makeClient();
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `stackcfg does not start: ${error.message}. Install it with pip install 'stackcfg[lsp]', or set stackcfg.command.`,
    );
  }
}

async function restart() {
  if (client) {
    await client.stop().catch(() => undefined);
  }
  await start();
}

/** Ask for a release to migrate to; empty: the file decides, undefined: not at all. */
function askTarget() {
  return vscode.window.showInputBox({
    prompt: "The release to migrate to, as 0.7. Empty: the file decides.",
    value: settings().get("target"),
  });
}

function call(command, uri, target) {
  return client.sendRequest("workspace/executeCommand", {
    command,
    arguments: target ? [uri.toString(), target] : [uri.toString()],
  });
}

function showNotes(migrated) {
  const wanted = migrated.notes.filter((note) => note.startsWith(ACTION));
  if (wanted.length > 0) {
    vscode.window.showWarningMessage(wanted.join("\n"), { modal: true });
  }
}

async function showMigration() {
  const editor = vscode.window.activeTextEditor;
  const target = editor && (await askTarget());
  if (target === undefined) {
    return;
  }
  const { uri } = editor.document;
  const migrated = await call("stackcfg.migratedText", uri, target);
  if (migrated.problem) {
    vscode.window.showErrorMessage(migrated.problem);
    return;
  }
  const shown = vscode.Uri.from({ scheme: SCHEME, path: uri.path });
  migratedTexts.set(shown.toString(), migrated.text);
  await vscode.commands.executeCommand("vscode.diff", uri, shown, "what a migration changes");
  showNotes(migrated);
}

async function applyMigration() {
  const editor = vscode.window.activeTextEditor;
  const target = editor && (await askTarget());
  if (target !== undefined) {
    showNotes(await call("stackcfg.migrate", editor.document.uri, target));
  }
}

async function activate(context) {
  const texts = {
    provideTextDocumentContent: (uri) => migratedTexts.get(uri.toString()) || "",
  };
  const { commands, workspace } = vscode;
  context.subscriptions.push(
    workspace.registerTextDocumentContentProvider(SCHEME, texts),
    commands.registerCommand("stackcfg.showMigration", showMigration),
    commands.registerCommand("stackcfg.applyMigration", applyMigration),
    commands.registerCommand("stackcfg.restart", restart),
  );
  await start();
}

async function deactivate() {
  if (client) {
    await client.stop();
  }
}

module.exports = { activate, deactivate };
