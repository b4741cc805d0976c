"""0.7 → ogx 0.8: the home folder `~/.llama` is called `~/.ogx` (upstream
#5613, #5653).

`ogx` renames the folder when it starts, unless `~/.ogx` exists or
OGX_CONFIG_DIR is set. A config that still says `~/.llama` then finds an
empty folder and makes empty databases in it. A mount point cannot be
renamed: where `~/.llama` is one, ogx copies the files to `~/.ogx`,
deletes them from the volume, and then fails to remove the folder, with
a warning in the log (`migrate_legacy_config_dir` of 1.0.0 to 1.5.0, run
with a mount).

The server's own variables are called OGX_* instead of LLAMA_STACK_*;
those that a file names in placeholders work as before.
`${env.LLAMA_STACK_CONFIG_DIR:=~/.llama}` is the folder of the old
server (`config_dirs.py` of 0.7.3), also where a migration has written
it for databases that a file leaves out: it becomes that of the new
server, `${env.OGX_CONFIG_DIR:=~/.ogx}` (`config_dirs.py` of 0.8.0 to
1.5.0).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.editor import Part
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.changes import NEW_FOLDER_VARIABLE, OLD_FOLDER_VARIABLE
from stackcfg.releases.server_places import OLD_FOLDER
from stackcfg.runconfig.home_folder import PLAIN_OLD_HOME, old_home_at
from stackcfg.yamltext.document import SCALAR, Node, ParseError, walk_nodes

OLD = "llama"
NEW = "ogx"
_OTHER_FOLDER = lazy_pattern(r"(?:^|:[=+]|/)\.llama(?=[/}]|$)")
_SERVER_FOLDER = lazy_pattern(rf"\$\{{env\.{OLD_FOLDER_VARIABLE}:=~/\.{OLD}\}}")
_VARIABLE_START = len("${env.")
_OWN_VARIABLE = lazy_pattern(r"\$\{env\.(LLAMA_STACK_[A-Z0-9_]+)")


def run(context: StepContext) -> Changes:
    """Write the new name in every path that the server looks up in its
    home folder.
    """
    changed: list[Path] = []
    for path, node in walk_nodes(context.text.root):
        if node.kind != SCALAR or OLD_FOLDER not in node.text:
            continue
        if old_home_at(context.data, path).search(node.text):
            changed.append(path)
        else:
            yield from _notes_on_unchanged(context, path, node)
    yield from _rename_folder(context)
    if changed:
        paths = "1 path" if len(changed) == 1 else f"{len(changed)} paths"
        message = (
            "a volume at ~/.llama must be mounted at ~/.ogx before ogx starts: the "
            "first start copies the files out of the volume and deletes them there; "
            f"{paths} below ~/.llama changed to ~/.ogx; a plain folder is renamed at "
            "that start, unless ~/.ogx exists or OGX_CONFIG_DIR is set: then rename "
            "it yourself"
        )
        yield context.check(message, changed[0])
    yield from _notes_on_variables(context)


def _notes_on_unchanged(context: StepContext, path: Path, node: Node) -> Notes:
    if PLAIN_OLD_HOME.search(node.text):
        message = (
            f"the server does not expand '~' in '{path[-1]}'; the path stays as it is"
        )
        yield context.info(message, path)
    elif _OTHER_FOLDER.search(node.text):
        message = (
            f"'{path[-1]}' is below a folder '.llama': if it is the one in the "
            "server's home, the first start of ogx moves its files to '.ogx', out "
            "of a mounted volume too; set OGX_CONFIG_DIR to that folder so that "
            "they stay, or change the path and the mount"
        )
        yield context.check(message, path)


def _rename_folder(context: StepContext) -> Changes:
    def rename(path: Path, text: str) -> str:
        if not _names_old_folder(text):
            return text
        return old_home_at(context.data, path).sub(_renamed, text)

    def find_parts(path: Path, node: Node) -> Iterator[Part]:
        pattern = old_home_at(context.data, path)
        raw = context.text.source[node.start : node.end]
        if len(pattern.findall(raw.strip("'\""))) != len(pattern.findall(node.text)):
            hint = "write it on one line"
            raise ParseError("a path over more than one line", node.start, hint)
        quote = 1 if raw[:1] in ("'", '"') else 0
        start = node.start + quote
        for match in pattern.finditer(raw[quote : len(raw) - quote]):
            if _is_server_folder(match):
                name = start + match.start() + _VARIABLE_START
                yield name, name + len(OLD_FOLDER_VARIABLE), NEW_FOLDER_VARIABLE
            end = start + match.end()
            yield end - len(OLD), end, NEW

    yield from context.text.rewrite_strings(rename, find_parts)


# an alias brings a long text to thousands of places
@lru_cache(maxsize=1024)
def _names_old_folder(text: str) -> bool:
    return OLD_FOLDER in text


def _renamed(match: re.Match[str]) -> str:
    new = match.group().removesuffix(OLD) + NEW
    if _is_server_folder(match):
        return new.replace(OLD_FOLDER_VARIABLE, NEW_FOLDER_VARIABLE)
    return new


def _is_server_folder(match: re.Match[str]) -> bool:
    """Return whether a path begins with the placeholder of
    the server's folder.
    """
    return _SERVER_FOLDER.match(match.string, match.start()) is not None


def _notes_on_variables(context: StepContext) -> Notes:
    first: dict[str, int] = {}
    document = context.text.document
    folder = _SERVER_FOLDER.search(document.text, document.start, document.end)
    if folder is not None and OLD_FOLDER_VARIABLE not in context.renamed:
        message = (
            f"the server's folder is that of '{NEW_FOLDER_VARIABLE}' now, in this file, too; "
            f"set '{OLD_FOLDER_VARIABLE}' under that name, or its databases are empty"
        )
        yield context.check_at(message, folder.start())
    found = _OWN_VARIABLE.finditer(document.text, document.start, document.end)
    for match in found:
        if _SERVER_FOLDER.match(document.text, match.start()) is None:
            first.setdefault(match[1], match.start())
    for name in sorted(first.keys() - context.renamed):
        new = name.replace("LLAMA_STACK", "OGX")
        message = (
            f"'{name}' works in this file as before, "
            f"but ogx itself reads '{new}'; set both"
        )
        yield context.check_at(message, first[name])
