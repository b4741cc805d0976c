"""Within 0.2: `inline::vllm` gives way to `remote::vllm` (0.2.16, upstream
#2824).

vLLM is a server of its own then, which the user must start. The
provider keeps its id, so that its models stay registered; settings of
the engine become options of that server.
"""

from collections.abc import Iterator

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import MARK
from stackcfg.migration.editing.values import is_json
from stackcfg.paths import Data, Path, mapping_at
from stackcfg.yamltext.document import MAPPING, Node
from stackcfg.yamltext.emit import Field, emit_scalar
from stackcfg.yamltext.values import merged_entries

OLD = "inline::vllm"
NEW = "remote::vllm"
ADDRESS = "${env.VLLM_URL:=http://localhost:8000/v1}"
"""What upstream's own files for a vLLM server say."""

KEPT = ("max_tokens", "url", "api_token", "tls_verify")


def run(context: StepContext) -> Changes:
    """Write the new type and the address; the engine's settings stay as
    a comment.
    """
    for path, provider in context.providers_of("inference", OLD):
        yield from context.text.set((*path, "provider_type"), NEW)
        settings = mapping_at(provider, ("config",))
        removed = {str(key): settings[key] for key in settings if key not in KEPT}
        options = [
            f" --{key.replace('_', '-')} {emit_scalar(value)}"
            for key, value in removed.items()
        ]
        command = f"vllm serve MODEL{''.join(options)}"
        message = (
            f"'{OLD}' was removed in 0.2.16; changed to '{NEW}'; start '{command}' as a "
            "server of its own, and set VLLM_URL to its address"
        )
        yield context.action_required(message, (*path, "provider_type"))
        if "url" in settings:
            continue
        if "config" not in provider:
            yield from context.text.add((*path, "config"), {"url": ADDRESS})
        else:
            yield from _replace_config(context, (*path, "config"), removed)


def _replace_config(context: StepContext, path: Path, removed: Data) -> Changes:
    """Write the address and what is kept; other settings become
    comments over them.
    """
    holder, (_, config) = context.text.editable_entry(path)
    entries: list[tuple[Node, Node]] = []
    if config.target.kind == MAPPING:
        entries = merged_entries(config)
    kept = [(key, value) for key, value in entries if key.text in KEPT]
    copied = [value for _, value in entries]
    comments = context.text.entry_comments(path, with_lead=False, copied=copied)
    lines = [*comments.remaining(key for key, _ in kept)]
    if not holder.flow and not is_json(context.text.root):
        lines += _options(removed)
    fields = [Field("url", ADDRESS, tuple(lines))]
    fields += [Field(key.text, value, *comments.take(key)) for key, value in kept]
    field = Field("config", tuple(fields), (), comments.beside)
    yield from context.text.replace(path, field)


def _options(removed: Data) -> Iterator[str]:
    if removed:
        yield f"# {MARK} options of 'vllm serve' since 0.2.16"
    for key, value in removed.items():
        yield f"# {key}: {emit_scalar(value)}"
