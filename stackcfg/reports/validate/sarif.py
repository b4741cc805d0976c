"""Diagnostics as SARIF 2.1.0, for code scanning and editors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stackcfg.loading.errors import Problem
from stackcfg.reports.console.characters import encodable
from stackcfg.reports.validate.sarif_results import (
    LEVELS,
    advised,
    location,
    point,
    results_of,
    sentence,
)
from stackcfg.validation.findings import FileResult, RuleInfo

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SEMANTIC: Final = re.compile(r"\d+\.\d+\.\d+")
_DESCRIPTION_LENGTH: Final = 1024
"""Longer ones are refused by code scanning."""


def render(
    results: Sequence[FileResult], rules: Mapping[str, RuleInfo], version: str
) -> str:
    """All results as one SARIF log with one run. A rule that is not among `rules` is named without a description."""
    places = {rule: index for index, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules, version)},
        "invocations": [_invocation(results)],
        "columnKind": "unicodeCodePoints",
        "results": [
            found for result in results for found in results_of(result, places)
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return encodable(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def _driver(rules: Mapping[str, RuleInfo], version: str) -> dict[str, Any]:
    semantic = {"semanticVersion": version} if _SEMANTIC.fullmatch(version) else {}
    return {
        "name": "stackcfg",
        "version": version,
        **semantic,
        "rules": [_rule(rule) for rule in rules.values()],
    }


def _rule(rule: RuleInfo) -> dict[str, Any]:
    summary = sentence(rule.summary)
    return {
        "id": rule.id,
        **_name(rule.id),
        "shortDescription": {"text": summary[:_DESCRIPTION_LENGTH]},
        "fullDescription": {
            "text": (sentence(_first_paragraph(rule.page)) or summary)[
                :_DESCRIPTION_LENGTH
            ]
        },
        "help": {
            "text": rule.page.strip() or summary,
            "markdown": rule.page.strip() or summary,
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _first_paragraph(page: str) -> str:
    """The first paragraph of a Markdown page that is text, on one line."""
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", page))
    prose = (
        part
        for part in paragraphs
        if part and not part.startswith(("#", "```", "|", "-", ">"))
    )
    return " ".join(next(prose, "").split())


def _name(rule: str) -> dict[str, str]:
    """The name in the spelling that SARIF wants, unless that would be the id again."""
    words = rule.split("-")
    return (
        {"name": "".join(word.capitalize() for word in words)} if len(words) > 1 else {}
    )


def _invocation(results: Sequence[FileResult]) -> dict[str, Any]:
    notes = [
        _notification(result.file, result.problem)
        for result in results
        if result.problem is not None
    ]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _notification(file: str, problem: Problem) -> dict[str, Any]:
    region = point(problem.line, problem.column) if problem.line else None
    return {
        "level": "error",
        "message": {"text": advised(problem.message, problem.hint)},
        "locations": [location(file, region)],
    }
