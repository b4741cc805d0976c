"""How messages name an entry of a config and the condition of a fault."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final
from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.runconfig.placeholders import PLACEHOLDER, has_placeholder
from stackcfg.runconfig.providers import is_disabled
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import INVALID, ModelError
from stackcfg.validation.rule_finding import RuleFinding, key_of

BACKENDS_HERE: Final = ((key_of(*BACKENDS_PATH), "backends are defined here"),)
"""Where the backends are, for findings about references."""


def describe_entry(path: Path, inspection: Inspection) -> str:
    """Describe an entry: 'KEY', provider 'ID', item 2 of 'LIST', or the
    config.
    """
    if not path:
        return "the config"
    last = path[-1]
    holder = value_at(inspection.data, path[:-1])
    if isinstance(last, int) and isinstance(holder, str):
        # the release itself makes a list of the string
        return describe_entry(path[:-1], inspection)
    if not isinstance(last, int) or not isinstance(holder, list):
        return f"'{raw_key(path, inspection)}'"
    return _describe_item(path, last, inspection)


def _describe_item(
    path: Path,
    index: int,
    inspection: Inspection,
) -> str:
    name = value_at(inspection.data, (*path, "provider_id"))
    is_provider = path[0] == "providers" and len(path) == 3
    if is_provider and _is_literal_id(name):
        return f"provider '{name}'"
    keys = [part for part in path if not isinstance(part, int)]
    return f"item {index + 1} of '{keys[-1]}'"


def _is_literal_id(name: object) -> bool:
    return isinstance(name, str) and name != "" and not has_placeholder(name)


def describe_holder(path: Path, inspection: Inspection) -> str:
    """Return ` in ENTRY` for the entry that holds a key; empty at the
    top level.
    """
    if len(path) == 1:
        return ""
    return f" in {describe_entry(path[:-1], inspection)}"


def describe_refusal(inspection: Inspection, error: ModelError) -> str:
    """Return `0.7.3 refuses the file`, and the variable that this depends on.

    The config of a provider that a variable switches on is read only
    then.
    """
    path = error.path
    refusal = f"{inspection.release} {verb_of_refusal(error)}"
    is_config = path[:1] == ("providers",) and path[3:4] == ("config",)
    if not is_config or not is_disabled(mapping_at(inspection.readings[0], path[:3])):
        return refusal
    written = value_at(inspection.data, (*path[:3], "provider_id"))
    if not isinstance(written, str):
        return refusal
    switch = PLACEHOLDER.search(written)
    if switch is None:
        return refusal
    return f"{refusal} once '{switch[1]}' is set"


def verb_of_refusal(error: ModelError) -> str:
    """Return what a release does for an error: it may read the file and then stop."""
    if error.at_start:
        return "refuses to start"
    return "refuses the file"


def describe_problem(error: ModelError, inspection: Inspection) -> tuple[str, str]:
    """Return what is wrong with a value, and what to write, if a check says so."""
    entry = describe_entry(error.path, inspection)
    reason, advice = error.reason, error.advice
    is_container = isinstance(value_at(inspection.data, error.path), dict | list)
    is_noun = reason.startswith(("a ", "an ")) and not is_container
    problem = f"{entry}: {reason}"
    if error.kind != INVALID or is_noun:
        problem = f"{entry} must be {reason}"
    elif reason.startswith("or "):
        problem = f"{entry} {reason}"
    return problem, advice and f"write {advice}"


def describe_missing_field(inspection: Inspection, error: ModelError) -> RuleFinding:
    """Return the finding of a required field that is missing."""
    *holder, name = error.path
    return RuleFinding(
        key_of(*holder),
        f"'{name}' is missing{describe_holder(error.path, inspection)}; "
        f"{describe_refusal(inspection, error)}",
        help=f"add '{name}': {error.expected}",
    )


def raw_key(path: Path, inspection: Inspection) -> str:
    """Return the last key of a path as the file writes it, if YAML
    reads no string.
    """
    key = path[-1]
    if isinstance(key, str):
        return key
    holder = inspection.document.root.at(path[:-1])
    entry = holder and holder.entry_of(key)
    if entry:
        return entry[0].text
    return str(key)


def when_failing(failing: Sequence[bool], whose: str = "a") -> str:
    """Return in which readings a fault exists, for the middle of a message.

    `failing` has one boolean for each of `Inspection.readings`, where
    the first one is without switches. The result is empty if all
    readings have the fault.
    """
    if all(failing):
        return ""
    if failing[0]:
        return f" while {whose} variable is unset"
    return f" once {whose} variable is set"


def shorten(text: str) -> str:
    """Return a string of at most 40 characters for a message; dots end
    a longer one.
    """
    if len(text) < 40:
        return text
    return text[:37] + "..."
