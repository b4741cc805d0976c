"""Locations of stored rows in few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.runconfig.placeholders import (
    NAMED_START,
    PLACEHOLDER_START,
    replace_placeholders,
    split_directory,
)
from stackcfg.stores.store_map import Location

_CONDITIONAL: Final = lazy_pattern(PLACEHOLDER_START + r":\+([^}]*)\}")
_PLACEHOLDER: Final = lazy_pattern(NAMED_START + r"[^}]*\}")


def common_folder(files: Iterable[str]) -> str:
    """Return the folder of most files, with its separator; '' if no two
    share one.
    """
    parts = filter(None, map(split_directory, files))
    return most_common([folder for folder, *_ in parts])


def most_common(folders: Sequence[str]) -> str:
    """Return the most frequent folder; '' when no two are the same."""
    found = max(folders, key=folders.count, default="")
    # The folder of a single file would only part its path in two.
    if folders.count(found) < 2:
        return ""
    return found


def short_location(location: Location, folder: str = "") -> str:
    """Return a database in few words, files below `folder` without it."""
    words = location._replace(table="", prefix="").describe().removeprefix(folder)
    # A host can be a whole URL with a password in it.
    return short_variables(mask_secrets(words))


def short_variables(text: str) -> str:
    """Return text with variables by their name alone: `$NAME` for
    `${env.NAME:=x}`.
    """
    plain = replace_placeholders(_CONDITIONAL, r"\1", text)
    return replace_placeholders(_PLACEHOLDER, r"$\1", plain)
