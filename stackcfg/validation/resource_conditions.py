"""The conditions of a resource's definition: its CEL rules, by their form.

`.ci/facts/conditions.py` makes them. A default counts as given, as for
the API server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stackcfg.light_typing import Any, Final
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.custom_resources import CustomResource, Field

_QUANTITY: Final = lazy_pattern(r"[+-]?([0-9.]+)([eE][+-]?[0-9]+)?[A-Za-z]*")


class _Given:
    """The fields that a mapping has, with defaults."""

    def __init__(
        self, given: Mapping[Any, Any], field: Field, resource: CustomResource
    ) -> None:
        self._given = given
        self._field = field
        self._resource = resource

    def value(self, path: str) -> Any:
        """Return the value at a path with dots, else its default, else None."""
        found: Any = self._given
        for name in path.split("."):
            if not isinstance(found, Mapping):
                return None
            found = found.get(name)
        if found is not None:
            return found
        known = self._resource.field(f"{self._field.path}.{path}")
        return known.default if known is not None else None

    def has(self, path: str) -> bool:
        """Return whether there is a value at a path."""
        return self.value(path) is not None


def is_broken(
    condition: Sequence[str],
    given: Mapping[Any, Any],
    field: Field,
    resource: CustomResource,
) -> bool:
    """Return whether the fields of a mapping certainly break a condition."""
    name, *about = condition
    return _CHECKS[name](_Given(given, field, resource), *about)


def _breaks_not_both(given: _Given, first: str, second: str) -> bool:
    return given.has(first) and given.has(second)


def _breaks_one_of(given: _Given, first: str, second: str) -> bool:
    return not given.has(first) and not given.has(second)


def _breaks_not_listed(given: _Given, names: str, value: str, field: str) -> bool:
    listed = given.value(names)
    return isinstance(listed, list) and value in listed and given.has(field)


def _breaks_not_empty(given: _Given, field: str) -> bool:
    return bool(given.value(field) == "")


def _breaks_begins_with(given: _Given, field: str, *beginnings: str) -> bool:
    value = given.value(field)
    if not isinstance(value, str) or is_unknown(value):
        return False
    return not value.startswith(beginnings)


def _breaks_needed_for(given: _Given, switch: str, value: str, field: str) -> bool:
    return bool(given.value(switch) == value) and not given.has(field)


def _breaks_only_for(given: _Given, field: str, switch: str, value: str) -> bool:
    chosen = given.value(switch)
    is_other = not is_unknown(chosen) and chosen != value
    return bool(is_other) and given.has(field)


def _breaks_not_above(given: _Given, low: str, high: str) -> bool:
    least, most = given.value(low), given.value(high)
    if not isinstance(least, int | float) or not isinstance(most, int | float):
        return False
    return bool(least > most)


def _breaks_positive(given: _Given, field: str) -> bool:
    value = given.value(field)
    if value is None or is_unknown(value):
        return False
    text = str(value)
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return False
    return text.startswith("-") or not float(match[1].strip(".") or 0)


_CHECKS: Final[Mapping[str, Callable[..., bool]]] = {
    "not-both": _breaks_not_both,
    "one-of": _breaks_one_of,
    "not-listed": _breaks_not_listed,
    "not-empty": _breaks_not_empty,
    "begins-with": _breaks_begins_with,
    "needed-for": _breaks_needed_for,
    "only-for": _breaks_only_for,
    "not-above": _breaks_not_above,
    "positive": _breaks_positive,
}


def describe_condition(condition: Sequence[str]) -> tuple[str, str]:
    """Return what is wrong where a condition is broken, and what to do."""
    name, *about = condition
    wrong, advice = _WORDS[name]
    return wrong.format(*about), advice.format(*about)


def path_of_condition(condition: Sequence[str]) -> Sequence[str]:
    """Return the field of a mapping that a broken condition is about;
    none if it is the mapping itself.
    """
    name, *about = condition
    if name in ("one-of", "needed-for"):
        return ()
    index = _PLACES.get(name, 0)
    return about[index].split(".")


_PLACES: Final = {"not-both": 1, "not-listed": 2, "not-above": 1}
"""Which of its fields a condition is about, if it is not the first."""

_WORDS: Final = {
    "not-both": (
        "'{0}' and '{1}' exclude each other",
        "remove one of them",
    ),
    "one-of": (
        "neither '{0}' nor '{1}' is given",
        "write one of them",
    ),
    "not-listed": (
        "'{0}' has '{1}', which '{2}' configures,",
        "remove one of them",
    ),
    "not-empty": (
        "'{0}' is empty",
        "write a value, or remove '{0}'",
    ),
    "begins-with": (
        "'{0}' begins with neither '{1}' nor '{2}'",
        "write one of them in front of it",
    ),
    "needed-for": (
        "'{0}' is '{1}' and '{2}' is missing",
        "write '{2}'",
    ),
    "only-for": (
        "'{0}' is only for '{1}: {2}'",
        "remove '{0}', or write '{1}: {2}'",
    ),
    "not-above": (
        "'{1}' is less than '{0}'",
        "write at least the number of '{0}'",
    ),
    "positive": (
        "'{0}' is not more than 0",
        "write a quantity above 0, such as 10Gi",
    ),
}
"""What is wrong with a condition, and what to do, by its name."""
