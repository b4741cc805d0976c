"""Files of programs that start llama-stack, or install it, and that are
not read: of make and just, of supervisor, requirements of Python.

They stay. What they start or install is named where a run config of
the run becomes one of ogx.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.changes import DeploymentChanges, FileNote, HoldsNoConfig
from stackcfg.deployment.environment.unproved_readers import has_old_config
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.file_names import is_unread
from stackcfg.migration.changes import CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.versions import Release, format_release

_PLACE: Final = "unread file"
_BETWEEN: Final = r"[ \t\"',]+"
"""Between the words of a command, also in a list of JSON."""

_START: Final = lazy_pattern(
    rf"\bllama{_BETWEEN}stack{_BETWEEN}(?:run|build)\b"
    rf"|-m{_BETWEEN}llama_stack\.[\w.]*server\b"
)
_PACKAGE: Final = lazy_pattern(r"(?<![\w./-])llama[-_]stack(?![\w./-])")
_REQUIRED: Final = lazy_pattern(r"[ \t]*(?:\[[\w,-]*\][ \t]*)?(?:[=<>~!@;\"']|\s*$)")
"""Behind a package that is required: its version, a quote, or nothing."""

_INSTALL: Final = lazy_pattern(r"\b(?:install|add)\b|--with\b")
_COMMENTED: Final = lazy_pattern(r"[ \t]*(?:#|//|;)")
_OWN_NAME: Final = lazy_pattern(r"[ \t]*name[ \t]*=")
"""In front of the name that a project gives itself."""


STARTS: Final = (
    "this starts llama-stack, and stays; if it does so with a run config of this run, "
    "start ogx here: 'ogx run'"
)


def describe_install(release: Release) -> str:
    """Return what there is to say where llama-stack is installed."""
    return (
        "this installs llama-stack, and stays; where a run config of this run is used, "
        f"install 'ogx=={format_release(release)}'"
    )


class _Found(NamedTuple):
    """Where a file has something of llama-stack, and what to say about it."""

    offset: int
    message: str


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield a note on each kind of thing that such a file has of llama-stack."""
    if not files.settings.is_for_ogx:
        return
    release = files.settings.release
    unread = [name for name in files.holding("llama") if is_unread(name)]
    found = {name: list(_find_in(files.texts[name], release)) for name in unread}
    if not any(found.values()) or not becomes_ogx(files):
        return
    for name, items in found.items():
        for each in items:
            yield FileNote(name, _PLACE, CHECK, each.message, each.offset)
            yield HoldsNoConfig(name)


def becomes_ogx(files: DeploymentFiles) -> bool:
    """Return whether a run config of the run is one of llama-stack."""
    return any(
        has_old_config(text, files.settings)
        for text in files.texts.values()
        if "provider" in text
    )


def _find_in(text: str, release: Release) -> Iterator[_Found]:
    """Yield the first start and the first package of llama-stack."""
    found: dict[str, _Found] = {}
    offset = 0
    for line in text.splitlines(keepends=True):
        if "llama" in line and not _COMMENTED.match(line):
            start = _START.search(line)
            if start is not None:
                found.setdefault("start", _Found(offset + start.start(), STARTS))
            package = _find_package(line)
            if package is not None:
                message = describe_install(release)
                found.setdefault("package", _Found(offset + package, message))
        offset += len(line)
    yield from found.values()


def _find_package(line: str) -> int | None:
    """Return where a line names llama-stack as what to install."""
    package = _PACKAGE.search(line)
    if package is None or _OWN_NAME.match(line):
        return None
    is_installed = _INSTALL.search(line, 0, package.start()) is not None
    if is_installed or _REQUIRED.match(line, package.end()):
        return package.start()
    return None
