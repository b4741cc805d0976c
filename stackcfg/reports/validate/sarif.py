"""Findings as SARIF 2.1.0, for code scanning and editors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from stackcfg import __version__
from stackcfg.light_typing import Final
from stackcfg.loading.errors import Problem
from stackcfg.patterns import lazy_pattern
from stackcfg.reports.addresses import rule_address
from stackcfg.reports.console.characters import encodable
from stackcfg.reports.validate.formats import Context
from stackcfg.reports.validate.sarif_results import (
    LEVELS,
    Json,
    add_help,
    describe_location,
    describe_results,
    end_sentence,
    file_uri,
    region_of_position,
)
from stackcfg.validation.findings import FileResult, RuleInfo
from stackcfg.validation.known_rules import rule_infos

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SEMANTIC: Final = lazy_pattern(r"\d+\.\d+\.\d+")
_PARAGRAPHS: Final = lazy_pattern(r"\n\s*\n")
_MARKUP: Final = ("#", "```", "|", "-", ">")
"""What paragraphs of a Markdown page begin with that are not prose."""

_DESCRIPTION_LENGTH: Final = 1024
"""Code scanning refuses longer descriptions."""


def render(results: Sequence[FileResult], _context: Context) -> str:
    """Return all results as one SARIF log."""
    rules = {info.id: info for info in rule_infos()}
    log = describe_log(results, rules, __version__)
    return encodable(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def describe_log(
    results: Sequence[FileResult], rules: Mapping[str, RuleInfo], version: str
) -> Json:
    """Return a log with one run, which describes `rules` alone."""
    indexes = {rule: index for index, rule in enumerate(rules)}
    found = [each for result in results for each in describe_results(result, indexes)]
    run = {
        "tool": {"driver": _describe_tool(rules, version)},
        "invocations": [_describe_invocation(results)],
        # SARIF would else count columns in UTF-16 units.
        "columnKind": "unicodeCodePoints",
        "results": found,
    }
    judges = {file_uri(each.file): list(each.judges) for each in results if each.judges}
    if judges:
        run["properties"] = {"releases": judges}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _describe_tool(rules: Mapping[str, RuleInfo], version: str) -> Json:
    tool: Json = {"name": "stackcfg", "version": version}
    if _SEMANTIC.fullmatch(version):
        tool["semanticVersion"] = version
    tool["rules"] = [_describe_rule(rule) for rule in rules.values()]
    return tool


def _describe_rule(rule: RuleInfo) -> Json:
    summary = end_sentence(rule.summary)
    description = end_sentence(_first_paragraph(rule.page)) or summary
    page = rule.page.strip() or summary
    result: Json = {"id": rule.id}
    words = rule.id.split("-")
    # A name that repeats the id is refused by the SARIF validator.
    if len(words) > 1:
        result["name"] = "".join(word.capitalize() for word in words)
    address = rule_address(rule.id)
    if address:
        result["helpUri"] = address
    return result | {
        "shortDescription": {"text": summary[:_DESCRIPTION_LENGTH]},
        "fullDescription": {"text": description[:_DESCRIPTION_LENGTH]},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _first_paragraph(page: str) -> str:
    for part in _PARAGRAPHS.split(page):
        paragraph = part.strip()
        if paragraph and not paragraph.startswith(_MARKUP):
            return " ".join(paragraph.split())
    return ""


def _describe_invocation(results: Sequence[FileResult]) -> Json:
    notifications = [
        _describe_problem(result.file, result.problem)
        for result in results
        if result.problem
    ]
    return {
        "executionSuccessful": not notifications,
        "toolExecutionNotifications": notifications,
    }


def _describe_problem(file: str, problem: Problem) -> Json:
    region = None
    if problem.line:
        region = region_of_position(problem.line, problem.column)
    return {
        "level": "error",
        "message": {"text": add_help(problem.message, problem.hint)},
        "locations": [describe_location(file, region)],
    }
