"""One diagnostic as a SARIF result: its places, its fix, and what to know it again by."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from stackcfg.validation.findings import (
    ERROR,
    INFO,
    WARNING,
    FileResult,
    Finding,
    Fix,
    Replacement,
    Span,
)
from stackcfg.yamltext.lines import Position

LEVELS: Final = {ERROR: "error", WARNING: "warning", INFO: "note"}
FINGERPRINT: Final = "stackcfgFinding/v1"


def results_of(
    result: FileResult, places: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """Each diagnostic of a file as a result; `places` says where a rule stands in the list of rules."""
    seen: Counter[str] = Counter()
    for each in result.findings:
        known = _fingerprint(result.file, each)
        seen[known] += 1
        # the same may be said of several places of a file: they are told apart by their order
        yield _result(result.file, each, places) | {
            "partialFingerprints": {FINGERPRINT: f"{known}:{seen[known]}"}
        }


def location(file: str, region: Mapping[str, int] | None) -> dict[str, Any]:
    """A place in a file, or the whole file."""
    place: dict[str, Any] = {"artifactLocation": {"uri": uri(file)}}
    return {"physicalLocation": place | {"region": region} if region else place}


def point(line: int, column: int) -> dict[str, int]:
    """The region of a place without extent."""
    return region(Span(Position(line, column), Position(line, column)))


def region(span: Span) -> dict[str, int]:
    """A stretch as a region: the end is behind the last character, here as there."""
    start, end = span.start, span.end
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def uri(file: str) -> str:
    """A path as a relative reference, or an absolute one as a URI."""
    path = PurePath(file)
    # the first part of a relative reference must have no colon, the drive of an absolute path has one
    safe = "/:" if path.is_absolute() else "/"
    quoted = quote(os.fsencode(path.as_posix()), safe=safe)
    return f"file:///{quoted.removeprefix('/')}" if path.is_absolute() else quoted


def sentence(text: str) -> str:
    """The text with a full stop, where it ends without one."""
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def advised(message: str, help: str = "") -> str:
    """A message as a sentence, so that viewers may show it alone, and what to do as the next."""
    text = f"{sentence(message)} Help: {sentence(help)}" if help else sentence(message)
    # this would be a link to a place that is not there
    return text.replace("](", "] (")


def _result(file: str, found: Finding, places: Mapping[str, int]) -> dict[str, Any]:
    place = location(file, region(found.span))
    if found.place:
        place["logicalLocations"] = [{"fullyQualifiedName": found.place}]
    result: dict[str, Any] = {"ruleId": found.rule}
    if found.rule in places:
        result["ruleIndex"] = places[found.rule]
    result |= {
        "level": LEVELS[found.severity],
        "message": {"text": _message(found)},
        "locations": [place],
    }
    if found.related:
        result["relatedLocations"] = [
            {
                "id": number,
                **location(file, region(each.span)),
                "message": {"text": advised(each.message)},
            }
            for number, each in enumerate(found.related, 1)
        ]
    if found.fix:
        result["fixes"] = [_fix(file, found.fix)]
    return result


def _message(found: Finding) -> str:
    """What is wrong, what to do, and links to the related places: viewers show only those that are linked."""
    links = (
        f"See [{_link_text(each.message)}]({number})."
        for number, each in enumerate(found.related, 1)
    )
    return " ".join((advised(found.message, found.help), *links))


def _link_text(text: str) -> str:
    return text.strip().replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _fix(file: str, fix: Fix) -> dict[str, Any]:
    change = {
        "artifactLocation": {"uri": uri(file)},
        "replacements": [_replacement(each) for each in fix.replacements],
    }
    return {"description": {"text": sentence(fix.message)}, "artifactChanges": [change]}


def _replacement(replacement: Replacement) -> dict[str, Any]:
    deleted = {"deletedRegion": region(replacement.span)}
    return (
        deleted | {"insertedContent": {"text": replacement.text}}
        if replacement.text
        else deleted
    )


def _fingerprint(file: str, found: Finding) -> str:
    """A hash of what stays the same when lines are added above."""
    words = "\0".join((uri(file), found.rule, found.place, found.message))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]
