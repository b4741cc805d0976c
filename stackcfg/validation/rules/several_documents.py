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

from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """At most one finding for a stream: where its second document begins, with a mark or a directive."""
    start = inspection.second_document
    if start is not None:
        first_word = inspection.document.text[start:].split(None, 1)[0]
        yield RuleFinding(
            EntryPart(span=(start, start + len(first_word))),
            f"a second document begins here; {format_release(inspection.version)} refuses a file with more than one",
            help="make a file of each, or remove this line where nothing follows",
        )


RULE: Final = Rule(
    "several-documents", ERROR, __doc__, check=check, on_old_configs=True
)
