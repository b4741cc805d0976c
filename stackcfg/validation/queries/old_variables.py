"""What is said of a variable that only llama-stack reads."""

from __future__ import annotations

from collections.abc import Collection

from stackcfg.light_typing import NamedTuple
from stackcfg.releases.server_environment import renamed_variables


class OldVariable(NamedTuple):
    """A message, what to write, and the new name if that alone is right."""

    message: str
    advice: str
    new: str | None


def judge_variable(
    name: str, given: Collection[str], has_value: bool
) -> OldVariable | None:
    """Return what to say of a variable of a server of ogx; None if nothing.

    `given` are the names of all its variables. Without `has_value`, its
    value is that of another variable of this name.
    """
    variable = renamed_variables().get(name)
    if variable is None:
        return None
    message = f"ogx does not read '{name}': {variable.use}"
    new = variable.new
    if new in given:
        return OldVariable(message, f"remove it; '{new}' is given", None)
    if not has_value:
        advice = f"write '{new}', and where its value is from, too"
        return OldVariable(message, advice, None)
    competing = [each for each in given if each != name and _new_name(each) == new]
    if competing:
        advice = f"write '{new}', either for this or for '{competing[0]}'"
        return OldVariable(message, advice, None)
    return OldVariable(message, f"write '{new}'", new)


def _new_name(name: str) -> str:
    """Return the name that ogx reads instead; empty if it is the same."""
    variable = renamed_variables().get(name)
    if variable is None:
        return ""
    return variable.new
