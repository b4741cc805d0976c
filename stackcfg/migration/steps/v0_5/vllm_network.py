"""0.4 → 0.5: `tls_verify` of remote::vllm is `network.tls.verify` (0.5.0, upstream #4748).

The old key still works, deprecated, unless `network.tls` is there, which wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import CHECK, Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.migration.editing.entry_comments import collect_entry_comments
from stackcfg.migration.editing.fields import added, own_scalar, providers_of, removed
from stackcfg.migration.editing.placing import replaced_entry
from stackcfg.paths import Path, value_at
from stackcfg.yamltext.document import MAPPING, Node
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import entry_span

KIND: Final = "remote::vllm"
OLD: Final = "tls_verify"


def run(context: StepContext) -> Iterator[Change]:
    """Move the value; one that is null says nothing and goes."""
    for path, provider in providers_of(context, "inference", KIND):
        holder = (*path, "config")
        settings = value_at(provider, ("config",))
        if not isinstance(settings, Mapping) or OLD not in settings:
            continue
        node = context.text.editable_node(holder)
        if settings[OLD] is None:
            yield from removed(context, (*holder, OLD))
        elif value_at(settings, ("network", "tls")) is not None:
            reason = "'network.tls' is in the file too, and is what counts"
            yield from comment_out(
                context, [CommentedOut((*holder, OLD), reason, CHECK)]
            )
        elif node is not None and node.kind == MAPPING:
            value = own_scalar(context, (*holder, OLD))
            yield Put((*holder, "network", "tls", "verify"), settings[OLD])
            yield from _moved(context, holder, node, value, "network" in settings)


def _moved(
    context: StepContext, holder: Path, node: Node, value: Node, joins: bool
) -> Iterator[Change]:
    """The new tree in place of the old key, or inside a `network` that is there."""
    index = next(place for place, (_, each) in enumerate(node.entries) if each is value)
    if joins:
        yield from removed(context, (*holder, OLD))
        field = Field("tls", (Field("verify", value),))
        yield added(context, (*holder, "network"), field)
        return
    yield Delete((*holder, OLD))
    beside = ""
    if not node.flow:
        entry = node.entries[index]
        span = entry_span(context.text.document, context.text.comments, *entry)
        beside = collect_entry_comments(context, *entry, span, with_lead=False).beside
    verify = Field("verify", value, (), beside)
    yield replaced_entry(
        context, node, index, Field("network", (Field("tls", (verify,)),))
    )
