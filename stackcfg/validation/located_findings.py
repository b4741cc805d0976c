"""Findings of rules as findings in a file: with spans and fixes, without
secrets.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.loading.configs import RunConfig
from stackcfg.paths import Path
from stackcfg.redaction.secrets import (
    SHORT,
    find_secrets,
    mask_secrets,
    remove_secrets,
)
from stackcfg.redaction.values import find_secret_parts
from stackcfg.runconfig.substitution import convert_string
from stackcfg.validation.entry_names import name_entry
from stackcfg.validation.entry_spans import is_replaceable, offsets_of, span_of
from stackcfg.validation.findings import (
    Finding,
    Fix,
    RelatedLocation,
    Replacement,
    RuleInfo,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import Correction, EntryPart, RuleFinding
from stackcfg.yamltext.document import SCALAR, Document, value_of

if TYPE_CHECKING:
    from stackcfg.redaction.document import Scalars


def locate_finding(
    config: RunConfig, rule: Rule | RuleInfo, finding: RuleFinding
) -> Finding:
    """Return a rule's finding as one in the file, without the secrets at its
    places.
    """
    # a rule may quote what is at its place, and that may be a password
    secrets = _secrets_at(config, finding)
    advice = remove_secrets(finding.help, secrets)
    related = [
        RelatedLocation(span_of(config, part), remove_secrets(words, secrets))
        for part, words in finding.also
    ]
    return Finding(
        rule.id,
        finding.severity or rule.severity,
        mask_secrets(remove_secrets(finding.message, secrets)),
        span_of(config, finding.place),
        advice,
        tuple(related),
        _make_fix(config, finding, advice, secrets),
        config.place,
        name_entry(config.data, finding.place.path),
    )


def _make_fix(
    config: RunConfig, finding: RuleFinding, advice: str, secrets: set[str]
) -> Fix | None:
    """Return the fix of a finding, unless it would show a secret or change
    other places.
    """
    if finding.fix is None:
        return None
    corrections = [Correction(finding.place, finding.fix), *finding.also_fix]
    replacements: list[Replacement] = []
    for place, text in corrections:
        if any(secret in text for secret in secrets):
            return None
        quoted = _quote_alike(config.document, place, text)
        if not is_replaceable(config, place, quoted):
            return None
        replacements.append(Replacement(span_of(config, place), quoted))
    return Fix(advice, tuple(replacements))


def _quote_alike(document: Document, part: EntryPart, text: str) -> str:
    """Return a new key or value in the quotes of what it replaces."""
    start, end = offsets_of(document, part)
    quote = document.text[start:end][:1]
    if quote == '"' and '"' not in text and "\\" not in text:
        return f'"{text}"'
    if quote == "'" and "'" not in text:
        return f"'{text}'"
    from stackcfg.yamltext.emit import emit_scalar

    return emit_scalar(text, flow=_is_in_flow(document, part.path))


def _is_in_flow(document: Document, path: Path) -> bool:
    """Return whether an entry is inside brackets or braces."""
    parents = [document.root.at(path[:length]) for length in range(len(path))]
    return any(parent is not None and parent.flow for parent in parents)


def _secrets_at(config: RunConfig, finding: RuleFinding) -> set[str]:
    """Return the secrets that a finding may quote, as written and as values.

    Those at its places are all removed; those elsewhere in the document only
    if they are no words that a message may have by chance.
    """
    # what is clean does not pay for it
    from stackcfg.redaction.document import sort_scalars

    scalars = sort_scalars(config.document)
    found = scalars.begun_in("\n".join(_words_of(finding)))
    for part in (finding.place, *(part for part, _ in finding.also)):
        found.update(_secrets_of_entry(config.document, part.path, scalars))
    if not found:
        return found
    # a word of the path is shown anyway, and a short one would garble the
    # message
    shown = set(map(str, finding.place.path)) - scalars.values
    return {secret for secret in found - shown if len(secret) >= SHORT}


def _words_of(finding: RuleFinding) -> Iterator[str]:
    """Yield all that a finding says."""
    yield finding.message
    yield finding.help
    yield finding.fix or ""
    yield from (words for _, words in finding.also)
    yield from (text for _, text in finding.also_fix)


def _secrets_of_entry(
    document: Document, path: Path, scalars: Scalars
) -> Iterator[str]:
    node = document.root.at(path)
    if not path or node is None or node.kind != SCALAR:
        return
    if not scalars.is_secret(node):
        for start, end in find_secrets(node.text):
            yield node.text[start:end]
        return
    for start, end in find_secret_parts(node.text, 0, len(node.text)):
        part = node.text[start:end]
        yield part
        yield str(convert_string(part))
        if part == node.text:
            yield str(value_of(node))
