"""Answers in the words of the language server protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from lsprotocol import types as lsp

from stackcfg.editor import completion
from stackcfg.editor.changes import Change
from stackcfg.editor.completion import Completion
from stackcfg.editor.hover import Hover
from stackcfg.editor.open_files import OpenFile
from stackcfg.editor.text_index import Place, Range, TextEdit, TextIndex
from stackcfg.errors import join_hint
from stackcfg.loading.errors import Problem
from stackcfg.reports.addresses import rule_address
from stackcfg.validation.findings import ERROR, INFO, WARNING, Finding, RelatedLocation
from stackcfg.yamltext.lines import Position

SOURCE: Final = "stackcfg"
UNREADABLE: Final = "unreadable"

_SEVERITIES: Final[Mapping[str, lsp.DiagnosticSeverity]] = {
    ERROR: lsp.DiagnosticSeverity.Error,
    WARNING: lsp.DiagnosticSeverity.Warning,
    INFO: lsp.DiagnosticSeverity.Information,
}
_TAGS: Final[Mapping[str, lsp.DiagnosticTag]] = {
    "unused-backend": lsp.DiagnosticTag.Unnecessary,
    "inert-key": lsp.DiagnosticTag.Unnecessary,
    "deprecated-key": lsp.DiagnosticTag.Deprecated,
    "deprecated-provider": lsp.DiagnosticTag.Deprecated,
}
_KINDS: Final[Mapping[str, lsp.CompletionItemKind]] = {
    completion.BACKEND: lsp.CompletionItemKind.Reference,
    completion.FIELD: lsp.CompletionItemKind.Field,
    completion.VALUE: lsp.CompletionItemKind.EnumMember,
    completion.PROVIDER: lsp.CompletionItemKind.Module,
}


def to_position(place: Place) -> lsp.Position:
    """Return a place as the protocol writes it."""
    return lsp.Position(place.line, place.column)


def to_range(part: Range) -> lsp.Range:
    """Return a range as the protocol writes it."""
    return lsp.Range(to_position(part.start), to_position(part.end))


def from_position(position: lsp.Position) -> Place:
    """Return a position of the protocol as a place."""
    return Place(position.line, position.character)


def from_range(part: lsp.Range) -> Range:
    """Return a range of the protocol."""
    return Range(from_position(part.start), from_position(part.end))


def diagnostics_of(
    uri: str, file: OpenFile, index: TextIndex
) -> Iterator[lsp.Diagnostic]:
    """Yield what is found in a file, or why it cannot be read."""
    problem = file.analysis.problem
    if problem is not None:
        yield _describe_problem(problem, index)
    for finding in file.analysis.findings:
        yield describe_finding(uri, finding, index)


def _describe_problem(problem: Problem, index: TextIndex) -> lsp.Diagnostic:
    start = index.offset_of(Position(problem.line, problem.column))
    line_end = index.body.find("\n", start)
    end = start + 1
    if line_end >= 0:
        end = min(end, max(line_end, start))
    return lsp.Diagnostic(
        to_range(index.range(start, end)),
        join_hint(problem.message, problem.hint),
        lsp.DiagnosticSeverity.Error,
        UNREADABLE,
        source=SOURCE,
    )


def describe_finding(uri: str, finding: Finding, index: TextIndex) -> lsp.Diagnostic:
    """Return a finding as a diagnostic, with the other ends that belong to it."""
    diagnostic = lsp.Diagnostic(
        to_range(index.range_of(finding.span)),
        join_hint(finding.message, finding.help),
        _SEVERITIES[finding.severity],
        finding.rule,
        source=SOURCE,
    )
    page = rule_address(finding.rule)
    if page:
        diagnostic.code_description = lsp.CodeDescription(page)
    if finding.related:
        related = [_describe_related(uri, each, index) for each in finding.related]
        diagnostic.related_information = related
    if finding.rule in _TAGS:
        diagnostic.tags = [_TAGS[finding.rule]]
    return diagnostic


def _describe_related(
    uri: str, related: RelatedLocation, index: TextIndex
) -> lsp.DiagnosticRelatedInformation:
    area = to_range(index.range_of(related.span))
    location = lsp.Location(uri, area)
    return lsp.DiagnosticRelatedInformation(location, related.message)


def to_hover(hover: Hover, index: TextIndex) -> lsp.Hover:
    """Return a page in Markdown for a place."""
    content = lsp.MarkupContent(lsp.MarkupKind.Markdown, hover.page)
    if hover.span is None:
        return lsp.Hover(content)
    return lsp.Hover(content, to_range(index.range(*hover.span)))


def to_completions(
    found: Iterable[Completion], index: TextIndex, offset: int
) -> lsp.CompletionList:
    """Return what can be written, in its order."""
    items = []
    for number, each in enumerate(found):
        typed = index.range(each.start, offset)
        item = lsp.CompletionItem(
            each.label,
            kind=_KINDS[each.kind],
            detail=each.detail,
            sort_text=f"{number:04}",
            filter_text=each.label,
            text_edit=lsp.TextEdit(to_range(typed), each.text),
        )
        items.append(item)
    return lsp.CompletionList(is_incomplete=False, items=items)


def to_edits(edits: Iterable[TextEdit]) -> list[lsp.TextEdit]:
    """Return edits as the protocol writes them."""
    return [lsp.TextEdit(to_range(each.range), each.text) for each in edits]


def to_workspace_edit(uri: str, edits: Iterable[TextEdit]) -> lsp.WorkspaceEdit:
    """Return edits of one file."""
    return lsp.WorkspaceEdit(changes={uri: to_edits(edits)})


def to_quick_fix(uri: str, change: Change, index: TextIndex) -> lsp.CodeAction:
    """Return a change that ends a finding."""
    ended: list[lsp.Diagnostic] = []
    if change.finding is not None:
        ended = [describe_finding(uri, change.finding, index)]
    return lsp.CodeAction(
        change.title,
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=ended,
        is_preferred=change.is_certain,
        edit=to_workspace_edit(uri, change.edits),
    )


def read_target(options: Any) -> str:
    """Return the release that the options of a client name, empty for none."""
    if isinstance(options, Mapping):
        options = options.get(SOURCE, options)
    target = getattr(options, "target", None)
    if isinstance(options, Mapping):
        target = options.get("target")
    if isinstance(target, str):
        return target
    return ""
