"""A run config in a stream of several YAML documents.

The server reads its file with `yaml.safe_load`, which refuses a second document
("expected a single document in the stream"), also an empty one after a last
`---`. A stream of Kubernetes objects is accepted: there the server's file is a
string in a ConfigMap.

    image_name: demo
    providers: {}
    ---
    image_name: other   # the server refuses the file
"""

from __future__ import annotations

from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import EntryPart, RuleFinding


def check(inspection: Inspection) -> Findings:
    """Report the start of the second document, which is a mark or a directive."""
    start = inspection.second_document
    if start is None:
        return
    first_word = inspection.document.text[start:].split(None, 1)[0]
    yield RuleFinding(
        EntryPart(span=(start, start + len(first_word))),
        "a second document begins here; "
        f"{inspection.release} refuses a file with several documents",
        help="write one file for each document; remove this line if nothing follows it",
    )


RULE = Rule("several-documents", ERROR, __doc__, check)
