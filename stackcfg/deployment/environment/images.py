"""Images and packages of the server: what upstream publishes for ogx,
and what must be built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackcfg.deployment.environment.arguments import NewCommand, NewWord
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.server_start import program_of
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import (
    distribution_in_starter,
    distribution_of,
    is_old_image,
    is_server_image,
    new_image,
    split_image,
)
from stackcfg.releases.versions import Release, format_release

_TAG: Final = r"(?::(?:\$\{[^{}]*\}|\$\w+|[\w.-]+))?(?:@sha256:\w+)?"
_VARIABLE: Final = lazy_pattern(r"\$\{[^{}]*\}|\$\w+")
UPSTREAM_IMAGE: Final = (
    rf"(?:[\w.-]+(?::\d+)?/)*llamastack/(?:distribution|llamastack)-[\w-]+{_TAG}"
)
_UPSTREAM: Final = lazy_pattern(UPSTREAM_IMAGE)


class ImageChange(NamedTuple):
    """The new text that names an image, and notes: severity, message."""

    text: str
    notes: tuple[tuple[str, str], ...] = ()


def change_image(
    text: str,
    target: Release,
    is_built: bool = False,
) -> ImageChange:
    """Return a text that names the image of ogx, as far as one is known.

    `is_built`: the image is made from a file of the same run.
    """
    notes: list[tuple[str, str]] = []
    for match in reversed(list(_UPSTREAM.finditer(text))):
        new, note = _change_upstream(match[0], target)
        text = text[: match.start()] + new + text[match.end() :]
        notes += note
    if not is_built and not notes:
        notes += _notes_on(text, target)
    return ImageChange(text, tuple(notes))


def _change_upstream(
    image: str,
    target: Release,
) -> tuple[str, list[tuple[str, str]]]:
    """Return the image of ogx for one of upstream's, and what to say of it."""
    variables = _VARIABLE.findall(image)
    plain = split_image(_VARIABLE.sub("tag", image)).name
    notes: list[tuple[str, str]] = []
    new = new_image(plain, target)
    if not new:
        name = distribution_of(plain)
        distribution = distribution_in_starter(name)
        if not distribution:
            message = f"no image of ogx takes the place of '{image}'; name one"
            return image, [(ACTION_REQUIRED, message)]
        new = new_image(plain.removesuffix(name) + distribution, target)
        message = (
            f"upstream has no image for '{name}'; that of '{distribution}' has its "
            "providers, which variables switch on"
        )
        notes.append((CHECK, message))
    if variables:
        message = (
            f"'{variables[-1]}' was the tag of this image, and of llama-stack; "
            f"'{format_release(target)}' is written in its place"
        )
        notes.append((CHECK, message))
    return new, notes


def _notes_on(image: str, target: Release) -> Iterator[tuple[str, str]]:
    if "ogx" in image or not image:
        return
    release = format_release(target)
    hint = f"write one that holds ogx {release}"
    named = new_image(image, target)
    if named:
        hint = f"write {named} with the tag of its release"
    elif not is_server_image(image):
        hint = f"build it with ogx {release} in place of llama-stack"
    kind = "an image of llama-stack"
    if not is_old_image(image):
        kind = "an image of your own"
    yield ACTION_REQUIRED, f"'{image}' is {kind}; {hint}"


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


_RUNNERS: Final = ("uv", "uvx", "pipx")
_REQUIRING: Final = ("--with", "-w", "--from", "--spec")
"""Programs that install packages for one command, and their options
that name them.
"""

_NEXT_PACKAGE: Final = lazy_pattern(r",(?=\s*[A-Za-z])(?![^\[\]]*\])")
"""The comma in front of another package: not one of extras, or of a version."""


def new_requirements(words: Sequence[str], target: Release) -> list[str]:
    """Return the words in front of a command with the packages of ogx:
    `uv run --with llama-stack llama stack run` does not have `ogx`.
    """
    if not any(program_of(word) in _RUNNERS for word in words):
        return list(words)
    found: list[str] = []
    option = ""
    for word in words:
        name, equals, value = word.partition("=")
        if option in _REQUIRING:
            found.append(_new_packages(word, target))
        elif equals and name in _REQUIRING:
            found.append(f"{name}={_new_packages(value, target)}")
        else:
            found.append(word)
        option = word
    return found


def _new_packages(text: str, target: Release) -> str:
    """Return packages with commas between them, as they are named for ogx."""
    packages = _NEXT_PACKAGE.split(text)
    return ",".join(new_package(each, target) for each in packages)


def new_package(word: str, target: Release) -> str:
    """Return the package of ogx for one of llama-stack; any other as it is."""
    match = _PACKAGE.fullmatch(word)
    if match is None:
        return word
    pin = ""
    if match["pin"]:
        pin = f"=={format_release(target)}"
    return f"ogx{match['extras'] or ''}{pin}"
