"""Validates files that are no YAML and start a server: Dockerfiles, units, scripts.

What is judged there is the environment of ogx: the variables that it
does not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.loading.configs import BOM
from stackcfg.loading.errors import NotRunConfigError
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.manifests.file_kinds import SCRIPT, kind_of
from stackcfg.manifests.started_servers import (
    SetVariable,
    StartedServer,
    read_started_servers,
)
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.families import families
from stackcfg.validation.findings import Finding, Fix, Replacement, Span
from stackcfg.validation.ignores import (
    IgnoreFilter,
    PlacedComment,
    rules_of_comment,
    silence_findings,
)
from stackcfg.validation.manifest_rules import load_manifest_rule
from stackcfg.validation.queries.old_variables import OldVariable, judge_variable
from stackcfg.yamltext.lines import LineIndex, Position

RULE_ID: Final = "old-variable"
_COMMENT: Final = lazy_pattern(r"(?m)^[ \t]*(#[^\r\n]*)")
_TRAILING: Final = lazy_pattern(r"(?m)(?:^|[ \t])(#[ \t]*stackcfg:[^\r\n]*)")


def check_server_file(
    file: str, text: str, filters: IgnoreFilter
) -> tuple[list[Finding], int] | None:
    """Return the findings of a file, and how many comments silence;
    None for a file of another kind.

    Raises `NotRunConfigError` if nothing in it starts ogx.
    """
    body = text.removeprefix(BOM)
    servers = read_started_servers(file, body)
    if servers is None:
        return None
    if all(each.is_old for each in servers):
        raise _explain_no_server(kind_of(file, body), is_old=bool(servers))
    found: list[Finding] = []
    if filters.is_wanted(RULE_ID):
        found = list(_find_old_variables(body, servers))
    comments = list(_find_comments(file, body))
    lines = [each.span.start.line for each in found]
    return silence_findings(comments, found, lines, filters)


def _explain_no_server(kind: str, is_old: bool) -> NotRunConfigError:
    """Return why a file is not judged."""
    if not is_old:
        message = f"not a run config, and nothing in this {kind} starts the server"
        return NotRunConfigError(message, Position(1, 1))
    message = f"not a run config, and this {kind} starts llama-stack, not ogx"
    newest = families()[-1].name
    hint = f"'stackcfg migrate --target {newest}' brings it to ogx"
    return NotRunConfigError(message, Position(1, 1), hint)


def _find_old_variables(text: str, servers: list[StartedServer]) -> Iterator[Finding]:
    lines = LineIndex(text)
    found: dict[SetVariable, OldVariable] = {}
    kept: set[SetVariable] = set()
    for server in servers:
        given = {each.name for each in server.variables}
        for each in server.variables:
            judged = judge_variable(each.name, given, each.has_value)
            if server.is_old or server.uses(each.name):
                # an old server of the same script reads it
                kept.add(each)
            elif judged is not None:
                found[each] = judged
    for each, judged in sorted(found.items()):
        if each not in kept:
            yield _describe(lines, each, judged)


def _describe(lines: LineIndex, each: SetVariable, judged: OldVariable) -> Finding:
    span = Span(lines.position(each.start), lines.position(each.end))
    severity = load_manifest_rule(RULE_ID).severity
    fix: Fix | None = None
    if judged.new is not None:
        fix = Fix(judged.advice, (Replacement(span, judged.new),))
    return Finding(RULE_ID, severity, judged.message, span, judged.advice, fix=fix)


def _find_comments(file: str, text: str) -> Iterator[PlacedComment]:
    """Yield the ignore comments: on lines of their own, in scripts also
    behind a command.
    """
    lines = LineIndex(text)
    written = find_written_configs(text)
    pattern = _COMMENT
    if kind_of(file, text) == SCRIPT:
        pattern = _TRAILING
    for match in pattern.finditer(text):
        rules = rules_of_comment(match[1])
        if rules is None or any(
            each.start <= match.start() < each.end for each in written
        ):
            # one in a run config is for that
            continue
        span = Span(lines.position(match.start(1)), lines.position(match.end(1)))
        line = span.start.line
        if not text[lines.start_of(match.start(1)) : match.start(1)].strip():
            line = _next_content(text, lines, line)
        yield PlacedComment(rules, line, line, span)


def _next_content(text: str, lines: LineIndex, line: int) -> int:
    """Return the next line that is neither blank nor a comment."""
    starts = [*lines.starts, len(text)]
    for number in range(line, len(starts) - 1):
        content = text[starts[number] : starts[number + 1]].strip()
        if content and not content.startswith("#"):
            return number + 1
    return line
