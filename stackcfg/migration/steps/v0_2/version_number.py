"""Within 0.2: `version: '2'` is the number 2 (0.2.13, upstream #2490).

Up to 0.3.0 the parser reads the string as an older version, and sets
`external_providers_dir` to `~/.llama/providers.d`: the library client
then fails where that folder does not exist.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.yamltext.document import SCALAR

PATH = ("version",)


def run(context: StepContext) -> Changes:
    """Remove the quotes."""
    if context.data.get("version") != "2":
        return
    node = context.text.editable_node(PATH)
    if node is None or node.kind != SCALAR or node.anchor is not None:
        return
    if node.style in ("'", '"'):
        yield from context.text.set(PATH, 2)
