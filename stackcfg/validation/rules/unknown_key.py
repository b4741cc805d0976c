"""A key that the release drops without a word.

The server's models ignore keys that they do not know, at every level: a misspelt or outdated setting has no effect,
and no message says so. Which keys a release knows was measured on its models, providers' config classes
included. Where a key of another name was probably meant, the finding names it.

    storage:
      references:          # dropped; did you mean 'stores'?
        metadata: {backend: kv_default, namespace: registry}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.paths import Path, at
from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.releases.logging_section import KEY, VARIABLE
from stackcfg.releases.models import model, root, root_names
from stackcfg.releases.versions import number
from stackcfg.spelling import nearest
from stackcfg.validation.diagnostics import ERROR, INFO, WARNING
from stackcfg.validation.finding import Finding, key
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import FORBIDDEN, Mismatch, mismatches, refused
from stackcfg.validation.queries.history import since_words
from stackcfg.validation.queries.mismatches import NOTHING, about
from stackcfg.validation.queries.missing_stores import misnamed_section
from stackcfg.validation.queries.wording import is_config, named, written

SEVERITY: Final = WARNING
INSTEAD: Final[Mapping[Path, str]] = {(KEY,): f"set {VARIABLE} in the environment instead"}
"""What takes the place of a key that is gone, where that is no key."""


def check(inspection: Inspection) -> Iterator[Finding]:
    """One finding for each key that has no effect."""
    section = misnamed_section(inspection) if inspection.version < DEFAULTS_SINCE else ""
    for each in about(inspection, "unknown_key"):
        name = written(each.path, inspection)
        instead = INSTEAD.get(each.path, "")
        meant = "" if instead else _meant(inspection, each)
        empty = at(inspection.data, each.path) in NOTHING
        does = "refuses it" if each.kind == FORBIDDEN else "drops it"
        where = " at the top level" if len(each.path) == 1 else f" in {_holder(inspection, each)}"
        yield Finding(
            key(*each.path),
            f"{number(inspection.version)} has no key '{name}'{where}{_history(inspection, each)}; it {does}",
            help=f"did you mean '{meant}'?" if meant else instead or _known(each),
            rewrite=((key(*each.path), meant),) if meant else (),
            severity=ERROR if each.kind == FORBIDDEN or _is_section(each, section) else INFO if empty else "",
        )


def _known(each: Mismatch) -> str:
    return f"known here: {', '.join(each.choices) or 'nothing'}"


def _is_section(each: Mismatch, section: str) -> bool:
    """Whether this is the key of all stores under a wrong name: dropped, and then the server does not start."""
    return section != "" and each.path == ("storage", section)


def _holder(inspection: Inspection, each: Mismatch) -> str:
    holder = each.path[:-1]
    return "this provider's config" if is_config(holder) else named(holder, inspection)


def _history(inspection: Inspection, each: Mismatch) -> str:
    names = root_names() if each.model == root(inspection.version).name else (each.model,)
    return next((found for name in names if (found := since_words(name, str(each.path[-1]), inspection.version))), "")


def _meant(inspection: Inspection, each: Mismatch) -> str:
    """The key that was probably meant: one of a like name, or the one key that is absent and fits what is written."""
    holder = at(inspection.data, each.path[:-1])
    absent = [choice for choice in each.choices if not isinstance(holder, Mapping) or choice not in holder]
    close = nearest(written(each.path, inspection), absent)
    held = at(inspection.data, each.path)
    if close or not isinstance(held, Mapping) or not held:
        return close
    fitting = [choice for choice in absent if _fits(inspection, each, choice, held)]
    return fitting[0] if len(fitting) == 1 else ""


def _fits(inspection: Inspection, each: Mismatch, choice: str, written: Mapping[str, object]) -> bool:
    """Whether what is written under an unknown key is just what a known key holds."""
    kind = model(each.model, inspection.version).fields[choice].kind
    if not isinstance(kind, list) or "model" not in str(kind):
        return False
    found = mismatches(kind, written, (), inspection.version)
    return not refused(found) and not any(len(other.path) == 1 for other in found)
