"""`docs/terminal.svg` shows README's commands and what they print."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from pages.terminal import PICTURE, drawing

TEXT = "{http://www.w3.org/2000/svg}text"


def words(svg: str) -> str:
    """Return what a picture shows, whatever the release of rich that draws it."""
    lines: dict[float, str] = {}
    for each in ElementTree.fromstring(svg).iter(TEXT):
        height = float(each.attrib["y"])
        lines[height] = lines.get(height, "") + (each.text or "")
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in lines.values())


def test_the_picture_shows_what_the_commands_print():
    """When this fails: python .ci/pages/terminal.py."""
    assert words(PICTURE.read_text(encoding="utf-8")) == words(drawing())
