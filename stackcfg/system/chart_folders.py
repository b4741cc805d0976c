"""Folders of Helm charts."""

from __future__ import annotations

import os

from stackcfg.light_typing import Final

HELPER_ENDING: Final = ".tpl"
"""Of templates that write nothing themselves: others include what they define."""

_TEMPLATES: Final = "templates"
_CHART: Final = "Chart.yaml"


def folder_of_chart(path: str) -> str | None:
    """Return the folder of the chart that a template is in; None if it is in none."""
    folder, name = os.path.split(os.path.abspath(path))
    while name:
        if os.path.basename(folder) == _TEMPLATES:
            chart = os.path.dirname(folder)
            if os.path.isfile(os.path.join(chart, _CHART)):
                return chart
        folder, name = os.path.split(folder)
    return None


def is_helper(path: str) -> bool:
    """Return whether a file holds what templates of a chart include."""
    return path.endswith(HELPER_ENDING) and folder_of_chart(path) is not None
