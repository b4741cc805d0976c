"""Locations in few words."""

from __future__ import annotations

import re

from stackcfg.redaction.secrets import mask_secrets
from stackcfg.runconfig.placeholders import (
    NAMED_START,
    PLACEHOLDER_START,
    split_directory,
)
from stackcfg.stores.store_map import Location
from stackcfg.stores.visibility import StoreVisibility


def common_folder(rows: tuple[StoreVisibility, ...]) -> str:
    """The folder that most sqlite files of a config are in, with its separator; empty when no two share one."""
    places = [
        place for row in rows for place in (row.before, row.after) if place is not None
    ]
    folders = [
        parts[0]
        for place in places
        if place.file and (parts := split_directory(place.file))
    ]
    best = max(folders, key=folders.count, default="")
    return best if folders.count(best) > 1 else ""


def short(place: Location, folder: str = "") -> str:
    """A database in few words: placeholders by their name alone, files in the common folder by theirs."""
    words = place._replace(table="", prefix="").describe()
    return short_variables(
        mask_secrets(words.removeprefix(folder) if folder else words)
    )  # a host can be a whole URL


def short_variables(text: str) -> str:
    """The text with `${env.NAME:=default}` as `$NAME`, and a conditional one as what it becomes."""
    text = re.sub(PLACEHOLDER_START + r":\+([^}]*)\}", r"\1", text)
    return re.sub(NAMED_START + r"[^}]*\}", r"$\1", text)
