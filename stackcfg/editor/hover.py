"""What an editor shows about a place: findings, where a reference leads, fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stackcfg.editor.analysis import Analysis
from stackcfg.editor.backends import describe_backend, find_backend
from stackcfg.editor.fields import describe_field, find_field
from stackcfg.editor.spots import find_spot
from stackcfg.editor.text_index import TextIndex
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import Finding
from stackcfg.validation.fix_pages import describe_fix_of
from stackcfg.validation.known_rules import rule_infos
from stackcfg.validation.rule_finding import KEY
from stackcfg.yamltext.document import Span

RULER = "\n---\n\n"


class Hover(NamedTuple):
    """A page in Markdown, and the span of the file that it is about."""

    page: str
    span: Span | None


def find_hover(analysis: Analysis, index: TextIndex, offset: int) -> Hover | None:
    """Return what is known about an offset of a file; None if nothing is."""
    parts = [_describe_finding(each) for each in _findings_at(analysis, index, offset)]
    span: Span | None = None
    if analysis.problem is None:
        spot = find_spot(analysis.configs, offset)
        if spot is not None:
            span = spot.span
        parts += _describe_spot(analysis, offset)
    if not parts:
        return None
    return Hover(RULER.join(parts), span)


def _findings_at(
    analysis: Analysis, index: TextIndex, offset: int
) -> Iterator[Finding]:
    for finding in analysis.findings:
        start = index.offset_of(finding.span.start)
        end = index.offset_of(finding.span.end)
        if start <= offset <= end:
            yield finding


def _describe_spot(analysis: Analysis, offset: int) -> Iterator[str]:
    backend = find_backend(analysis, offset)
    if backend is not None:
        yield describe_backend(backend, analysis)
        return
    spot = find_spot(analysis.configs, offset)
    if spot is None or spot.part != KEY:
        return
    config = analysis.configs[spot.number]
    release = analysis.release_of(spot.number)
    field = find_field(config.data, spot.path, release)
    if field is not None:
        yield describe_field(field, format_release(release))


def _describe_finding(finding: Finding) -> str:
    head = f"**{finding.severity}** `{finding.rule}`: {finding.message}\n"
    if finding.help:
        head += f"\n{finding.help}\n"
    return f"{head}\n{rule_page(finding.rule)}"


def rule_page(rule: str) -> str:
    """Return the page of a rule in Markdown; empty for an unknown one."""
    for info in rule_infos():
        if info.id == rule:
            return f"{info.page}\n{describe_fix_of(rule)}\n"
    return ""
