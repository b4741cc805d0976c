"""One finding as a SARIF result: its locations, its fix, and its fingerprint."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from urllib.parse import quote

from stackcfg.light_typing import Any, Final
from stackcfg.validation.findings import (
    ERROR,
    INFO,
    WARNING,
    FileResult,
    Finding,
    Fix,
    RelatedLocation,
    Replacement,
    Span,
)
from stackcfg.yamltext.lines import Position

Json = dict[str, Any]
"""A JSON object of SARIF."""

LEVELS: Final = {ERROR: "error", WARNING: "warning", INFO: "note"}
_LINK_ESCAPES: Final = str.maketrans({each: f"\\{each}" for each in "\\[]"})
FINGERPRINT: Final = "stackcfgFinding/v1"


def describe_results(result: FileResult, indexes: Mapping[str, int]) -> Iterator[Json]:
    """Yield the findings of a file as results; `indexes` are those of
    the rules.
    """
    counts: Counter[str] = Counter()
    for finding in result.findings:
        fingerprint = _fingerprint(result.file, finding)
        counts[fingerprint] += 1
        # Equal findings at several places of a file differ in their order alone.
        numbered = f"{fingerprint}:{counts[fingerprint]}"
        described = _describe_finding(result.file, finding, indexes)
        yield described | {"partialFingerprints": {FINGERPRINT: numbered}}


def describe_location(file: str, region: Mapping[str, int] | None) -> Json:
    """Return a region of a file, or the whole file, as a location."""
    location: Json = {"artifactLocation": {"uri": file_uri(file)}}
    if region:
        location["region"] = region
    return {"physicalLocation": location}


def region_of_position(line: int, column: int) -> dict[str, int]:
    """Return an empty region."""
    position = Position(line, column)
    return _region(Span(position, position))


def _region(span: Span) -> dict[str, int]:
    start, end = span
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def file_uri(file: str) -> str:
    """Return a path as a relative reference, or an absolute one as a URI."""
    path = PurePath(file)
    encoded = os.fsencode(path.as_posix())
    if not path.is_absolute():
        # The first part of a relative reference must have no colon.
        return quote(encoded, safe="/")
    quoted = quote(encoded, safe="/:")
    return f"file:///{quoted.removeprefix('/')}"


def end_sentence(text: str) -> str:
    """Return text with a full stop, unless it ends with a mark or is empty."""
    text = text.strip()
    if not text or text.endswith((".", "!", "?")):
        return text
    return f"{text}."


def add_help(message: str, advice: str = "") -> str:
    """Return a message as a sentence, since viewers may show it alone,
    and the help.
    """
    text = end_sentence(message)
    if advice:
        text += f" Help: {end_sentence(advice)}"
    # Viewers would make this a link.
    return text.replace("](", "] (")


def _describe_finding(
    file: str,
    finding: Finding,
    indexes: Mapping[str, int],
) -> Json:
    location = describe_location(file, _region(finding.span))
    if finding.place:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.place}]
    result: Json = {"ruleId": finding.rule}
    if finding.rule in indexes:
        result["ruleIndex"] = indexes[finding.rule]
    result["level"] = LEVELS[finding.severity]
    result["message"] = {"text": _describe_message(finding)}
    result["locations"] = [location]
    if finding.related:
        result["relatedLocations"] = [
            _describe_related(file, number, each)
            for number, each in enumerate(finding.related, 1)
        ]
    if finding.fix:
        result["fixes"] = [_describe_fix(file, finding.fix)]
    return result


def _describe_message(finding: Finding) -> str:
    """Return message, help, and links, without which related locations
    are hidden.
    """
    sentences = [add_help(finding.message, finding.help)]
    for number, each in enumerate(finding.related, 1):
        words = _escape_link(each.message)
        sentences.append(f"See [{words}]({number}).")
    return " ".join(sentences)


def _escape_link(text: str) -> str:
    return text.strip().translate(_LINK_ESCAPES)


def _describe_related(
    file: str,
    number: int,
    related: RelatedLocation,
) -> Json:
    return {
        "id": number,
        **describe_location(file, _region(related.span)),
        "message": {"text": add_help(related.message)},
    }


def _describe_fix(file: str, fix: Fix) -> Json:
    replacements = [_describe_replacement(each) for each in fix.replacements]
    change = {
        "artifactLocation": {"uri": file_uri(file)},
        "replacements": replacements,
    }
    message = fix.message
    if not fix.is_safe:
        message += " (unsafe: it changes what the server does)"
    return {
        "description": {"text": end_sentence(message)},
        "artifactChanges": [change],
    }


def _describe_replacement(replacement: Replacement) -> Json:
    """Return one replacement: what goes, and what comes."""
    result: Json = {"deletedRegion": _region(replacement.span)}
    if replacement.text:
        result["insertedContent"] = {"text": replacement.text}
    return result


def _fingerprint(file: str, finding: Finding) -> str:
    """Return a hash of what stays the same when lines are added above."""
    parts = (file_uri(file), finding.rule, finding.place, finding.message)
    encoded = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(encoded).hexdigest()[:32]
