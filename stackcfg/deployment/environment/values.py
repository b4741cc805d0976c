"""Values of variables that the built-in config of ogx reads otherwise."""

from __future__ import annotations

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.migration.changes import CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import (
    UnreadVariable,
    changed_values,
    unread_variables,
    vendor_of_image,
)
from stackcfg.releases.versions import format_release

BUILT_IN: Final = "built-in"
KNOWN: Final = "known"
UNKNOWN: Final = "unknown"
"""Which config the server reads: a distribution's, one of this run, another."""

_MAYBE_EMPTY: Final = lazy_pattern(r"|\$\w+|\$\{\w+(?::?-)?\}|\$\(\w+\)")


class ValueChange(NamedTuple):
    """A new value, and a note: severity, message. Empty is none of it."""

    value: str = ""
    severity: str = ""
    message: str = ""


NO_CHANGE: Final = ValueChange()


def change_value(
    name: str, value: str | None, config: str, image: str = ""
) -> ValueChange:
    """Return what becomes of a variable's value, and what to say of it.

    With a config of this run nothing: what its address needs is written
    there. The `image` says whose built-in config it is.
    """
    unread = unread_variables().get(name)
    if config == BUILT_IN and unread is not None:
        if unread.is_about(value, vendor_of_image(image)):
            return ValueChange("", CHECK, describe_unread(unread))
        return NO_CHANGE
    changed = changed_values().get(name)
    if config == KNOWN or changed is None:
        return NO_CHANGE
    return _add_ending(name, value, config, changed.ending)


def _add_ending(name: str, value: str | None, config: str, ending: str) -> ValueChange:
    if value is not None and value.rstrip("/").endswith(ending):
        return NO_CHANGE
    message = f"the server does not add '{ending}' to '{name}' any more"
    if config == UNKNOWN:
        message += "; the value or the run config that reads it must end with it"
        return ValueChange("", CHECK, message)
    if value is None or _MAYBE_EMPTY.fullmatch(value):
        return ValueChange("", CHECK, f"{message}; the value must end with it")
    return ValueChange(value.rstrip("/") + ending)


def describe_unread(unread: UnreadVariable) -> str:
    """Return what to say of a variable of the built-in config."""
    since = format_release(unread.since)
    config = "built-in config"
    if unread.vendor:
        config = f"config in the image of {unread.vendor}"
    if unread.value:
        return (
            f"the {config} has no '{unread.value}' since {since}, which "
            f"'{unread.name}' names"
        )
    message = f"the {config} does not read '{unread.name}' since {since}"
    if unread.instead:
        message += f"; it reads {unread.instead}"
    return message
