"""The names of backends anywhere in a config: a reference can be under any key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.paths import Data, as_list, as_mapping

SECTIONS_WITH_REFERENCES: Final = ("providers", "storage", "server")
"""The sections that hold references; a key `backend` elsewhere means
something else.
"""


def named_backends(config: Data) -> set[str]:
    """Return every backend that a config names."""
    found: set[str] = set()
    for section in SECTIONS_WITH_REFERENCES:
        found.update(_values_of_backend(config.get(section)))
    return found


def _values_of_backend(data: Any) -> Iterator[str]:
    """Yield every string under a key `backend`, at any depth."""
    for name, item in as_mapping(data).items():
        if name == "backend" and isinstance(item, str):
            yield item
        elif isinstance(item, Mapping | list):
            yield from _values_of_backend(item)
    for item in as_list(data):
        yield from _values_of_backend(item)
