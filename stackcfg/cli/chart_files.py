"""Finds the chart that a template belongs to."""

from __future__ import annotations

import os
from collections.abc import Iterator

from stackcfg.light_typing import TYPE_CHECKING, Final
from stackcfg.system.files import STDIN, FileError, read_file
from stackcfg.system.folder_search import folder_of_chart

if TYPE_CHECKING:
    from stackcfg.loading.chart_values import Chart

_TEMPLATES: Final = "templates"
_VALUES: Final = "values.yaml"
_WRITES_VALUES: Final = "toYaml"
_ENDINGS: Final = (".yaml", ".yml", ".tpl", ".txt")


def values_path(path: str) -> str:
    """Return where the chart of a template has its values; empty without a chart."""
    folder = folder_of_chart(path)
    if folder is None:
        return ""
    return os.path.join(folder, _VALUES)


def find_values(path: str, text: str) -> Chart | None:
    """Return the values of the chart of a template that writes some;
    None if there are none.
    """
    if path == STDIN or _WRITES_VALUES not in text:
        return None
    folder = folder_of_chart(path)
    if folder is None:
        return None
    try:
        values = read_file(os.path.join(folder, _VALUES))
    except FileError:
        return None
    # imported only here: few files are templates
    from stackcfg.loading.chart_values import Chart

    name = os.path.relpath(os.path.abspath(path), folder)
    return Chart(values, _VALUES, template=name.replace(os.sep, "/"))


def find_chart(path: str, text: str) -> Chart | None:
    """Return the chart of a template that writes values, with its other
    templates; None if there is none.
    """
    chart = find_values(path, text)
    folder = folder_of_chart(path)
    if chart is None or folder is None:
        return None
    return chart._replace(others=tuple(_other_templates(path, folder)))


def _other_templates(path: str, folder: str) -> Iterator[str]:
    for root, _, names in os.walk(os.path.join(folder, _TEMPLATES)):
        for name in sorted(names):
            other = os.path.join(root, name)
            if not name.endswith(_ENDINGS) or other == os.path.abspath(path):
                continue
            yield read_file(other)
