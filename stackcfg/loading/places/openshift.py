"""Parameters of an OpenShift template: `${NAME}` in its objects is
replaced before they are made.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.yamltext.document import Node

_NONE: Final[frozenset[str]] = frozenset()


def declared_parameters(node: Node) -> frozenset[str]:
    """Return how the parameters that a template declares are written in it.

    `oc process` leaves a name that is not declared as it is.
    """
    kind = node.get("kind")
    if kind is None or kind.text != "Template":
        return _NONE
    parameters = node.get("parameters")
    if parameters is None or node.get("objects") is None:
        return _NONE
    return frozenset(f"${{{name}}}" for name in _names_of(parameters))


def _names_of(parameters: Node) -> Iterator[str]:
    for item in parameters.items:
        name = item.target.get("name")
        if name is not None:
            yield name.text
