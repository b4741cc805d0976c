"""A key that the release silently drops.

The server's models ignore unknown keys at every level: a misspelled or outdated
setting has no effect, and no message says so. The keys of each release were
read from its models and from the config classes of its providers. If another
key was probably meant, the finding names it. A key with one or two wrong letters
has a fix; a key that another release has, never. A key that holds anchors for
aliases in other places is no loss, and only for information.

    storage:
      references:          # dropped; did you mean 'stores'?
        metadata: {backend: kv_default, namespace: registry}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import Final
from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.releases.changes import DEFAULTS_SINCE, LOGGING_KEY, LOGGING_VARIABLE
from stackcfg.releases.models import config_model
from stackcfg.releases.renames import (
    ADDRESS,
    CREDENTIAL,
    held_by_key,
    replacement_of,
)
from stackcfg.releases.versions import Span, format_release
from stackcfg.spelling import nearest_word, nearest_words
from stackcfg.validation.model_check import (
    DROPPED,
    FORBIDDEN,
    ModelError,
    check_type,
    has_refusal,
)
from stackcfg.validation.queries.anchors import has_named_anchors
from stackcfg.validation.queries.history import history_suffix, spans_of_key
from stackcfg.validation.queries.missing_stores import misspelled_section
from stackcfg.validation.queries.severity import (
    is_empty_by_default,
    severity_of_loss,
)
from stackcfg.validation.queries.suggestions import did_you_mean, fix_slip
from stackcfg.validation.queries.wording import describe_entry, raw_key
from stackcfg.validation.rule import ERROR, INFO, WARNING, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

REPLACEMENTS: Final[Mapping[Path, str]] = {
    (LOGGING_KEY,): f"set {LOGGING_VARIABLE} in the environment instead"
}
"""What replaces a removed key that no other key replaces."""

NEAREST: Final = 3
"""How many known keys a finding names."""

NEAR: Final = 0.5
"""From which closeness on a name can be that of a key, by the measure of difflib."""

EXTENSION: Final = "x-"
"""How the names of keys begin that hold what aliases in other places name."""

NO_ALIASES: Final = "remove it; no alias names an anchor in it"

KEEP: Final = "keep it: aliases elsewhere in the file name its anchors"


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    name = raw_key(error.path, inspection)
    spans = spans_of_key(error.model, name)
    if not spans and _only_holds_anchors(inspection, error):
        return _describe_anchors(inspection, error)
    history = history_suffix(spans, inspection.version)
    meant, advice = "", REPLACEMENTS.get(error.path, "")
    if spans and not advice:
        advice = _describe_other_releases(inspection, error, spans)
    if not advice:
        meant = _probable_key(inspection, error)
        advice = _describe_choices(name, error.choices)
    fix = fix_slip(name, meant, error.choices)
    return RuleFinding(
        key_of(*error.path),
        _describe_problem(inspection, error, history),
        help=did_you_mean(meant, advice),
        fix=fix,
        guess=meant,
        severity=_severity(inspection, error, fix),
    )


def _only_holds_anchors(inspection: Inspection, error: ModelError) -> bool:
    """Return whether a key at the top, which is no slip, is there for aliases."""
    if error.kind != DROPPED or len(error.path) > 1:
        return False
    if _similar_key(inspection, error):
        return False
    return has_named_anchors(inspection, error.path)


def _describe_anchors(inspection: Inspection, error: ModelError) -> RuleFinding:
    """Describe a key whose value has effect where aliases name it."""
    return RuleFinding(
        key_of(*error.path),
        _describe_problem(inspection, error, ""),
        help=KEEP,
        severity=INFO,
    )


def _describe_other_releases(
    inspection: Inspection, error: ModelError, spans: Sequence[Span]
) -> str:
    """Return what to do with a key of earlier or later releases."""
    version, name = inspection.version, str(error.path[-1])
    replacement = replacement_of(error.model, name, version)
    if replacement:
        return replacement
    later = [since for since, _ in spans if since > version]
    if later:
        return f"remove it, or use {format_release(later[0])} or later"
    _, until = spans[-1]
    return f"remove it; no release after {format_release(until)} reads it"


def _describe_choices(name: str, known: Sequence[str]) -> str:
    if not known:
        return "remove it; there are no keys here"
    if len(known) <= NEAREST:
        return f"known keys: {', '.join(known)}"
    if name.startswith(EXTENSION):
        return NO_ALIASES
    close = nearest_words(name, known, NEAREST, NEAR)
    if close:
        return f"nearest known keys: {', '.join(close)}"
    return "remove it; no known key has a similar name"


def _describe_problem(
    inspection: Inspection,
    error: ModelError,
    history: str,
) -> str:
    holder = error.path[:-1]
    where = f"in {describe_entry(holder, inspection)}"
    if not holder:
        where = "at the top level"
    elif holder[0] == "providers" and holder[3:] == ("config",):
        where = "in this provider's config"
    effect = "drops it"
    if error.kind == FORBIDDEN:
        effect = "refuses it"
    return (
        f"{inspection.release} has no key "
        f"'{raw_key(error.path, inspection)}' {where}"
        f"{history}; it {effect}"
    )


def _severity(
    inspection: Inspection,
    error: ModelError,
    meant: str | None,
) -> str:
    if error.kind == FORBIDDEN:
        return ERROR
    if meant and _loses_access(inspection, error, meant):
        return ERROR
    # without its stores, 0.3 refuses to start
    if inspection.version < DEFAULTS_SINCE and len(error.path) == 2:
        section = misspelled_section(inspection)
        if section and error.path == ("storage", section):
            return ERROR
    return severity_of_loss(value_at(inspection.data, error.path))


def _loses_access(
    inspection: Inspection,
    error: ModelError,
    meant: str,
) -> bool:
    """Return whether a provider loses its address or credential by a slip."""
    value = value_at(inspection.data, error.path)
    if severity_of_loss(value) or is_empty_by_default(value):
        return False
    held = held_by_key(error.model, meant, inspection.version)
    is_grave = held in (ADDRESS, CREDENTIAL)
    return is_grave and _is_of_used_provider(inspection, error.path)


def _is_of_used_provider(inspection: Inspection, path: Path) -> bool:
    """Return whether an entry is inside of a provider that can be on."""
    is_of_provider = len(path) > 3 and path[0] == "providers"
    return is_of_provider and path[:3] not in inspection.disabled_providers


def _probable_key(inspection: Inspection, error: ModelError) -> str:
    """Return the key of a similar name, or the only absent key that the value
    fits.
    """
    close = _similar_key(inspection, error)
    value = mapping_at(inspection.data, error.path)
    if close or not value:
        return close
    fitting = [
        key
        for key in _absent_keys(inspection, error)
        if _fits(
            inspection,
            error.model,
            key,
            value,
        )
    ]
    return fitting[0] if len(fitting) == 1 else ""


def _similar_key(inspection: Inspection, error: ModelError) -> str:
    """Return the absent key of the nearest name, or an empty string."""
    name = raw_key(error.path, inspection)
    return nearest_word(name, _absent_keys(inspection, error))


def _absent_keys(inspection: Inspection, error: ModelError) -> list[str]:
    holder = mapping_at(inspection.data, error.path[:-1])
    return [choice for choice in error.choices if choice not in holder]


def _fits(
    inspection: Inspection, model: str, key: str, value: Mapping[str, object]
) -> bool:
    """Return whether a known key and its model accept a mapping."""
    kind = config_model(model, inspection.version).fields[key].kind
    if not isinstance(kind, list) or "model" not in str(kind):
        return False
    errors = check_type(
        kind,
        value,
        (),
        inspection.version,
    )
    return not has_refusal(errors) and all(len(each.path) != 1 for each in errors)


RULE = Rule(
    "unknown-key",
    WARNING,
    __doc__,
    kinds=(DROPPED, FORBIDDEN),
    describe=describe,
)
