"""Within 0.2: `server.auth` gets a `provider_config` (0.2.15, upstream #2509).

`provider_type` and `config` become `provider_config: {type, …}`.
Releases from 0.2.15 to 0.4 refuse the old form, later ones accept it
and serve without authentication.
"""

from collections.abc import Mapping

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import EntryComments
from stackcfg.paths import Path, mapping_at
from stackcfg.runconfig.sections import AUTH
from stackcfg.yamltext.document import MAPPING, Entry, Node
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.values import merged_entries

NEW = "provider_config"
KIND = (*AUTH, "provider_type")
CONFIG = (*AUTH, "config")


def run(context: StepContext) -> Changes:
    """Join the two keys under the new one."""
    auth = mapping_at(context.data, AUTH)
    if NEW in auth:
        return
    if "endpoint" in auth and "provider_type" not in auth:
        message = (
            "'server.auth.endpoint' is refused since 0.2.4; write 'provider_config'"
        )
        yield context.action_required(message, (*AUTH, "endpoint"))
        return
    node = context.text.editable_node(AUTH)
    kind = node.entry("provider_type") if node is not None else None
    if node is None or kind is None:
        return
    if isinstance(auth.get("config"), Mapping | None):
        yield from _join(context, kind, node.entry("config"))


def _join(context: StepContext, kind: Entry, config: Entry | None) -> Changes:
    """Write one entry in place of the first of the two, and remove the other."""
    paths = [KIND]
    if config is not None:
        paths.append(CONFIG)
    paths.sort(key=context.text.offset)
    inner = _entries(config)
    copied = [value for _, value in inner]
    comments: dict[Path, EntryComments] = {CONFIG: EntryComments()}
    for path in paths:
        with_lead = path != paths[0]
        comments[path] = context.text.entry_comments(path, with_lead, copied)
    of_kind, of_config = comments[KIND], comments[CONFIG]
    over_type = (*of_kind.lead, *of_kind.remaining())
    fields = [Field("type", kind[1], over_type, of_kind.beside)]
    for key, value in inner:
        tail = of_config.tails.get(value.start, "")
        fields.append(Field(key.text, value, *of_config.take(key), tail))
    over = (*of_config.lead, *of_config.remaining(key for key, _ in inner))
    field = Field(NEW, tuple(fields), over, of_config.beside)
    yield from context.text.replace(paths[0], field)
    for path in paths[1:]:
        yield from context.text.remove(path, comments_move=True)


def _entries(config: Entry | None) -> list[tuple[Node, Node]]:
    if config is None or config[1].target.kind != MAPPING:
        return []
    return merged_entries(config[1])
