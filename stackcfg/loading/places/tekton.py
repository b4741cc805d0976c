"""Variables of Tekton: `$(params.NAME)` in a step is replaced before
its script runs, also where the shell replaces nothing (tekton.dev,
Variable Substitutions).
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.document import SCALAR, Node, walk_nodes

_NONE: Final[frozenset[str]] = frozenset()
_GROUP: Final = "tekton.dev/"
_VARIABLE: Final = lazy_pattern(
    r"\$\((?:context|finally|inputs|outputs|params|resources|results|stepResults|steps"
    r"|tasks|workspaces)[.\[][^()\n]*\)"
)


def replaced_variables(node: Node) -> frozenset[str]:
    """Return how the variables are written that Tekton replaces in an object."""
    version = node.get("apiVersion")
    if version is None or not version.text.startswith(_GROUP):
        return _NONE
    texts = (each.text for _, each in walk_nodes(node) if each.kind == SCALAR)
    return frozenset(word for text in texts for word in _VARIABLE.findall(text))
