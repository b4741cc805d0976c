"""A key that the release drops without a word.

The server's models ignore keys that they do not know, at every level: a misspelt or outdated setting has no effect,
and no message says so. Which keys a release knows was measured on its models, providers' config classes
included. Where a key of another name was probably meant, the finding names it.

    storage:
      references:          # dropped; did you mean 'stores'?
        metadata: {backend: kv_default, namespace: registry}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import DEFAULTS_SINCE, LOGGING_KEY, LOGGING_VARIABLE
from stackcfg.releases.models import config_model, root_model, root_model_names
from stackcfg.releases.versions import format_release
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR, INFO, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    FORBIDDEN,
    ModelError,
    check_type,
    has_refusal,
)
from stackcfg.validation.queries.history import since_words
from stackcfg.validation.queries.missing_stores import misnamed_section
from stackcfg.validation.queries.wording import NOTHING, is_config, named, written
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

INSTEAD: Final[Mapping[Path, str]] = {
    (LOGGING_KEY,): f"set {LOGGING_VARIABLE} in the environment instead"
}
"""What takes the place of a key that is gone, where that is no key."""


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each key that has no effect."""
    section = (
        misnamed_section(inspection) if inspection.version < DEFAULTS_SINCE else ""
    )
    for each in errors:
        name = written(each.path, inspection)
        instead = INSTEAD.get(each.path, "")
        meant = "" if instead else _meant(inspection, each)
        empty = value_at(inspection.data, each.path) in NOTHING
        does = "refuses it" if each.kind == FORBIDDEN else "drops it"
        where = (
            " at the top level"
            if len(each.path) == 1
            else f" in {_holder(inspection, each)}"
        )
        yield RuleFinding(
            key_of(*each.path),
            f"{format_release(inspection.version)} has no key '{name}'{where}{_history(inspection, each)}; it {does}",
            help=f"did you mean '{meant}'?" if meant else instead or _known(each),
            rewrite=((key_of(*each.path), meant),) if meant else (),
            severity=ERROR
            if each.kind == FORBIDDEN or _is_section(each, section)
            else INFO
            if empty
            else "",
        )


def _known(each: ModelError) -> str:
    return f"known here: {', '.join(each.choices) or 'nothing'}"


def _is_section(each: ModelError, section: str) -> bool:
    """Whether this is the key of all stores under a wrong name: dropped, and then the server does not start."""
    return section != "" and each.path == ("storage", section)


def _holder(inspection: Inspection, each: ModelError) -> str:
    holder = each.path[:-1]
    return "this provider's config" if is_config(holder) else named(holder, inspection)


def _history(inspection: Inspection, each: ModelError) -> str:
    names = (
        root_model_names()
        if each.model == root_model(inspection.version).name
        else (each.model,)
    )
    return next(
        (
            found
            for name in names
            if (found := since_words(name, str(each.path[-1]), inspection.version))
        ),
        "",
    )


def _meant(inspection: Inspection, each: ModelError) -> str:
    """The key that was probably meant: one of a like name, or the one key that is absent and fits what is written."""
    holder = value_at(inspection.data, each.path[:-1])
    absent = [
        choice
        for choice in each.choices
        if not isinstance(holder, Mapping) or choice not in holder
    ]
    close = nearest_word(written(each.path, inspection), absent)
    held = value_at(inspection.data, each.path)
    if close or not isinstance(held, Mapping) or not held:
        return close
    fitting = [choice for choice in absent if _fits(inspection, each, choice, held)]
    return fitting[0] if len(fitting) == 1 else ""


def _fits(
    inspection: Inspection, each: ModelError, choice: str, written: Mapping[str, object]
) -> bool:
    """Whether what is written under an unknown key is just what a known key holds."""
    kind = config_model(each.model, inspection.version).fields[choice].kind
    if not isinstance(kind, list) or "model" not in str(kind):
        return False
    found = check_type(kind, written, (), inspection.version)
    return not has_refusal(found) and not any(len(other.path) == 1 for other in found)


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim unknown keys that no special rule claims."""
    return error.kind in (DROPPED, FORBIDDEN)


RULE: Final = Rule("unknown-key", WARNING, __doc__, claims=claims, report=report)
