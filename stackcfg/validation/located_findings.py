"""Findings of rules as findings in a file: with spans and fixes,
without secrets.
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
from stackcfg.validation.entry_spans import span_of
from stackcfg.validation.findings import (
    Finding,
    Fix,
    RelatedLocation,
    Replacement,
    RuleInfo,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import Correction, RuleFinding, UnsafeFix
from stackcfg.yamltext.document import SCALAR, Document, value_of

if TYPE_CHECKING:
    from stackcfg.redaction.document import Scalars


def locate_finding(
    config: RunConfig, rule: Rule | RuleInfo, finding: RuleFinding
) -> Finding:
    """Return a rule's finding as one in the file, without the secrets
    at its places.
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


def locate_shown(
    config: RunConfig, rule: Rule | RuleInfo, finding: RuleFinding
) -> Finding:
    """Return a rule's finding with its message and its place only,
    which is known to hold no secret.
    """
    return Finding(
        rule.id,
        finding.severity or rule.severity,
        finding.message,
        span_of(config, finding.place),
        place=config.place,
        entry=name_entry(config.data, finding.place.path),
    )


def _make_fix(
    config: RunConfig, finding: RuleFinding, advice: str, secrets: set[str]
) -> Fix | None:
    """Return the fix of a finding, or else what is not certain, unless
    it would show a secret or change other places.
    """
    place = finding.place
    if finding.fix is not None:
        changes = (Correction(place, finding.fix), *finding.also_fix)
        return _write_fix(config, Fix(advice, (), changes=changes), secrets)
    unsafe = finding.unsafe
    if unsafe is None and finding.guess:
        message = f"write '{finding.guess}'"
        unsafe = UnsafeFix(message, (Correction(place, finding.guess),))
    if unsafe is None:
        return None
    message = remove_secrets(unsafe.message, secrets)
    fix = Fix(message, (), is_safe=False, changes=unsafe.changes, moved=unsafe.moved)
    return _write_fix(config, fix, secrets)


def _write_fix(config: RunConfig, fix: Fix, secrets: set[str]) -> Fix | None:
    """Return a fix with its replacements; None if it has none that may be shown."""
    from stackcfg.validation.fix_edits import NoEditError, replacements_of

    replacements: list[Replacement] = []
    try:
        for change in fix.changes:
            replacements += replacements_of(config, change)
    except NoEditError:
        return None
    written = "\n".join(each.text for each in replacements)
    if not replacements or any(secret in written for secret in secrets):
        return None
    return fix._replace(replacements=tuple(replacements))


def _secrets_at(config: RunConfig, finding: RuleFinding) -> set[str]:
    """Return the secrets that a finding may quote, as written and as values.

    Those at its places are all removed; those elsewhere in the document
    only if they are no words that a message may have by chance.
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
    yield finding.fix or finding.guess
    yield from (words for _, words in finding.also)
    yield from (text for _, text in finding.also_fix)
    if finding.unsafe is not None:
        yield finding.unsafe.message


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
