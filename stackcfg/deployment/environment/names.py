"""What is said otherwise in every string around a server: names and folders."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stackcfg.light_typing import NamedTuple
from stackcfg.manifests.home_paths import Homes, move_home_paths


class Renaming(NamedTuple):
    """The variables that have another name, and whether the folder moves.

    `is_interpolated`: in the texts, `$NAME` and `${NAME}` are variables
    of somebody else, as those of compose are; its own are written with
    `$$`.
    """

    names: Mapping[str, str]
    homes: Homes = Homes()
    moves_folder: bool = True
    is_interpolated: bool = False

    def apply(self, text: str) -> str:
        """Return a text with the new names and folders."""
        if self.moves_folder:
            text = move_home_paths(text, self.homes)
        return self.rename_variables(text)

    def rename_variables(self, text: str) -> str:
        """Return a text that uses the variables under their new names."""
        for old, new in self.names.items():
            if old in text:
                text = self._rename(text, old, new)
        return text

    def _rename(
        self,
        text: str,
        old: str,
        new: str,
    ) -> str:
        """Return a text that uses one variable under its new name."""
        pattern = re.compile(rf"(?<!\w)(\$*\{{?){old}(?!\w)")

        def replace(match: re.Match[str]) -> str:
            mark = match[1].rstrip("{")
            if self.is_interpolated and mark == "$":
                return match[0]
            return match[1] + new

        return pattern.sub(replace, text)
