"""The findings of a template: those of the texts that it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from stackcfg.light_typing import TYPE_CHECKING, Final
from stackcfg.loading.errors import StructureError
from stackcfg.validation.findings import Finding, RelatedLocation, Span
from stackcfg.validation.templates.choice import Template
from stackcfg.validation.templates.texts import Judge, WrittenText

if TYPE_CHECKING:
    from stackcfg.validation.engine import Validation
    from stackcfg.validation.settings import Settings

SOME: Final = " (for some values of the chart)"
"""What is added to a message about a text that a template does not always write."""

Validate = Callable[[str, "Settings"], "Validation"]
_RuleAtPlace = tuple[str, Span]


def validate_template(
    text: str, settings: Settings, error: StructureError, validate: Validate
) -> Validation:
    """Return the findings of all texts that a template writes, at its lines.

    Raises the error of the template if these texts are not known.
    """
    if settings.chart is not None:
        from stackcfg.validation.templates.values import validate_with_values

        return validate_with_values(text, settings, error, validate)
    judge = Judge(settings.target, settings.declared)
    template = Template(text, error, judge)
    texts = template.choose_texts()
    first = validate(texts[0].text, settings)
    if settings.target is None and len(first.targets) == 1:
        # all texts are for one release
        settings = settings._replace(target=first.targets[0])
    found = [_findings_of(first, texts[0])]
    for each in texts[1:]:
        validation = validate(each.text, settings)
        found.append(_findings_of(validation, each))
    findings = _join(texts, found)
    return first._replace(findings=tuple(findings), documents=())


def _findings_of(validation: Validation, text: WrittenText) -> dict[Finding, None]:
    return {_in_template(finding, text): None for finding in validation.findings}


def _in_template(finding: Finding, text: WrittenText) -> Finding:
    """Return a finding at its place in the template.

    A fix is of the text, so that the template has none.
    """
    related: list[RelatedLocation] = []
    for each in finding.related:
        span = _span_in_template(each.span, text)
        message = text.message_in_template(each.message)
        related.append(RelatedLocation(span, message))
    return finding._replace(
        message=text.message_in_template(finding.message),
        help=text.message_in_template(finding.help),
        span=_span_in_template(finding.span, text),
        related=tuple(related),
        fix=None,
    )


def _span_in_template(span: Span, text: WrittenText) -> Span:
    start = text.position_in_template(span.start)
    end = text.position_in_template(span.end)
    return Span(start, end)


def _join(texts: list[WrittenText], found: list[dict[Finding, None]]) -> list[Finding]:
    """Return all findings, each once, in the order of the template."""
    lines = [set(text.numbers) for text in texts]
    joined: list[Finding] = []
    for finding in _distinct_findings(found):
        number = finding.span.start.line - 1
        of_texts = zip(found, lines, strict=True)
        with_line = [some for some, written in of_texts if number in written]
        if not all(finding in some for some in with_line):
            finding = finding._replace(message=finding.message + SOME)
        joined.append(finding)
    return sorted(joined, key=lambda each: (each.span.start, each.rule))


def _distinct_findings(found: list[dict[Finding, None]]) -> Iterator[Finding]:
    """Yield the findings of all texts, each once.

    Texts can say one finding with other names, so that only its rule
    and its place tell that it is the same. But one text can have
    several findings of a rule at a place: there are as many as the text
    with most of them has.
    """
    known: dict[_RuleAtPlace, dict[Finding, None]] = {}
    for some in found:
        for key, alike in _by_rule_and_place(some).items():
            listed = known.setdefault(key, {})
            others = [finding for finding in alike if finding not in listed]
            missing = max(0, len(alike) - len(listed))
            first = len(others) - missing
            for finding in others[first:]:
                listed[finding] = None
                yield finding


def _by_rule_and_place(
    findings: Iterable[Finding],
) -> dict[_RuleAtPlace, list[Finding]]:
    by_key: dict[_RuleAtPlace, list[Finding]] = {}
    for finding in findings:
        by_key.setdefault((finding.rule, finding.span), []).append(finding)
    return by_key
