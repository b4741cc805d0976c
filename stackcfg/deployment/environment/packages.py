"""Packages that a command installs: llama-stack becomes ogx."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackcfg.deployment.environment.arguments import NewCommand, NewWord
from stackcfg.light_typing import Final
from stackcfg.manifests.server_start import program_of
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.versions import Release, format_release

_INSTALLERS: Final = (
    "pip",
    "pip3",
    "uv",
    "pipx",
    "poetry",
    "conda",
    "python",
    "python3",
)
_VERBS: Final = ("install", "add")
_PACKAGE: Final = lazy_pattern(
    r"llama[-_]stack(?P<extras>\[[^\]]*\])?(?P<pin>\s*[=<>~!].*)?", re.IGNORECASE
)


def rewrite_packages(words: Sequence[str], target: Release) -> NewCommand | None:
    """Return a command that installs ogx; None if this installs no llama-stack."""
    if not words or program_of(words[0]) not in _INSTALLERS:
        return None
    if not any(verb in words for verb in _VERBS):
        return None
    new = [new_package(word, target) for word in words]
    if new == list(words):
        return None
    return NewCommand(tuple(NewWord(word, index) for index, word in enumerate(new)))


def new_package(word: str, target: Release) -> str:
    """Return the package of ogx for one of llama-stack; any other as it is."""
    match = _PACKAGE.fullmatch(word)
    if match is None:
        return word
    pin = ""
    if match["pin"]:
        pin = f"=={format_release(target)}"
    return f"ogx{match['extras'] or ''}{pin}"
