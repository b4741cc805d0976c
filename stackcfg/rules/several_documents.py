"""A run config in a stream of several YAML documents.

The server reads its file with `yaml.safe_load`, which refuses a second document ("expected a single document in the
stream"), an empty one behind a last `---` as well. A stream of Kubernetes objects is something else: there the file of
the server is a text in a ConfigMap.

    image_name: demo
    providers: {}
    ---
    image_name: other   # the server refuses the file
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.diagnostics import ERROR
from stackcfg.finding import Finding, Place
from stackcfg.inspection import Inspection
from stackcfg.releases import number

SEVERITY: Final = ERROR
OLD_TOO: Final = True
MARK: Final = "---"
SAID_BEFORE: Final = ("provider", "_store", "storage")
"""Words of a run config: one in a document before this one has told of it."""


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding where the next document begins, or this one behind others that are no run configs."""
    document = inspection.document
    text, start = document.text, document.end
    if start >= len(text):
        start = document.start
        before = text[:start]
        if not _has_content(before) or any(word in before for word in SAID_BEFORE):
            return
    place = text.find(MARK, start)
    if place >= 0:
        yield Finding(
            Place(span=(place, place + len(MARK))),
            f"a second document begins here; {number(inspection.version)} refuses a file with more than one",
            help="make a file of each",
        )


def _has_content(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith(("#", "%", MARK)) for line in lines)
