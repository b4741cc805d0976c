"""Within 0.2: inference `inline::vllm` gives way to `remote::vllm` (0.2.16, upstream #2824).

vLLM is a server of its own then, which a person must start. The provider keeps its id, so that its models stay
registered; settings of the engine become options of that server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import MARK
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.fields import providers_of, rewritten
from stackcfg.migration.editing.placing import insert_entry, is_json, replaced_entry
from stackcfg.paths import Path
from stackcfg.yamltext.document import MAPPING, ParseError
from stackcfg.yamltext.emit import Field, emit_scalar
from stackcfg.yamltext.entries import entry_span
from stackcfg.yamltext.values import merged_entries

OLD: Final = "inline::vllm"
NEW: Final = "remote::vllm"
ADDRESS: Final = "${env.VLLM_URL:=http://localhost:8000/v1}"
"""What upstream's own files for a vLLM server say."""

KEPT: Final = ("max_tokens", "url", "api_token", "tls_verify")


def run(context: StepContext) -> Iterator[Change]:
    """Write the new type and the address; the engine's settings stay as a comment."""
    for path, entry in providers_of(context, "inference", OLD):
        yield from rewritten(context, (*path, "provider_type"), NEW)
        yield from _config(context, path, entry.get("config"))


def _config(context: StepContext, path: Path, config: Any) -> Iterator[Change]:
    settings = config if isinstance(config, Mapping) else {}
    gone = {str(key): value for key, value in settings.items() if key not in KEPT}
    options = " ".join(
        f"--{key.replace('_', '-')} {emit_scalar(value)}" for key, value in gone.items()
    )
    message = f"start vLLM as a server of its own, 'vllm serve MODEL{' ' if options else ''}{options}'; set VLLM_URL"
    yield StepNote(
        ACTION_REQUIRED, message, context.text.offset((*path, "provider_type"))
    )
    if "url" in settings:
        return
    address = {"url": ADDRESS}
    yield Put(
        (*path, "config"),
        {**address, **{key: value for key, value in settings.items() if key in KEPT}},
    )
    holder = context.text.editable_node(path)
    entry = holder.entry("config") if holder is not None else None
    if holder is None or (entry is None and config is not None):
        raise ParseError(
            "'config' comes from an anchor",
            context.text.offset(path),
            "write its values out, then migrate",
        )
    if entry is None:
        yield insert_entry(context, holder, Field("config", (Field("url", ADDRESS),)))
        return
    inner = merged_entries(entry[1]) if entry[1].target.kind == MAPPING else []
    gathered = EntryComments()
    if not holder.flow:
        span = entry_span(context.text.document, context.text.comments, *entry)
        gathered = collect_entry_comments(
            context, *entry, span, with_lead=False, copied=[value for _, value in inner]
        )
    kept = [
        Field(key.text, value, *gathered.claim(key))
        for key, value in inner
        if key.text in KEPT
    ]
    words = [
        f"# {MARK} options of 'vllm serve' since 0.2.16",
        *(f"# {key}: {emit_scalar(value)}" for key, value in gone.items()),
    ]
    before = (
        *gathered.left(),
        *(words if gone and not is_json(context.text.root) and not holder.flow else ()),
    )
    fields = (Field("url", ADDRESS, before), *kept)
    yield replaced_entry(
        context,
        holder,
        holder.entries.index(entry),
        Field("config", fields, (), gathered.beside),
    )
