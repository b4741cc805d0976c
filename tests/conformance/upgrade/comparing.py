"""What differs between the answers of two servers, object by object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.conformance.upgrade.reading import Answers, Place

SHOWN: Final = 160
ABSENT: Final = "(absent)"


@dataclass(frozen=True)
class Difference:
    """A value that differs: where the answer belongs, the path in it, what it was and what it is."""

    place: Place
    path: str
    old: Any
    new: Any

    def __str__(self) -> str:
        """Return it as one line, long values cut short."""
        return f"{self.place.kind} / {self.place.view} / {self.path}: {short(self.old)} -> {short(self.new)}"


def short(value: Any) -> str:
    """Return a value as a text that fits a line."""
    text = repr(value)
    if len(text) > SHOWN:
        return f"{text[:SHOWN]}… ({len(text)})"
    return text


def compare(old: Answers, new: Answers) -> Iterator[Difference]:
    """Return each value that differs; an answer that only one side has is one difference."""
    for place in old.keys() | new.keys():
        before, after = old.get(place, ABSENT), new.get(place, ABSENT)
        for path, one, other in differences(before, after, ""):
            yield Difference(place, path, one, other)


def differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Return the paths at which two values differ. An index of a list is `*`."""
    if is_refusal(old) != is_refusal(new):
        yield path, old, new
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            before, after = old.get(key, ABSENT), new.get(key, ABSENT)
            yield from differences(before, after, f"{path}.{key}".strip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            yield from differences(before, after, f"{path}.*".strip("."))
    elif not is_same(old, new):
        yield path, old, new


def is_refusal(answer: Any) -> bool:
    """Return whether a server did not do what it was asked for."""
    if isinstance(answer, list) and len(answer) == 1:
        return is_refusal(answer[0])
    return isinstance(answer, dict) and "refused" in answer


def is_same(old: Any, new: Any) -> bool:
    """Return whether values are equal, also in their type: 1 is not true, but 1 is 1.0, as in JSON."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    return bool(old == new)


def summary(found: Iterable[Difference]) -> str:
    """Return how often each path differs, with an example."""
    count: Counter[tuple[str, str, str]] = Counter()
    example = {}
    for each in found:
        key = (each.place.kind, each.place.view, each.path)
        count[key] += 1
        example.setdefault(key, each)
    return "\n".join(f"{count[key]:>6} x {example[key]}" for key in sorted(count))
