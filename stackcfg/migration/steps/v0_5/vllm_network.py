"""0.4 → 0.5: `tls_verify` of remote::vllm is `network.tls.verify` (0.5.0,
#4748).

The old key still works, deprecated, unless `network.tls` is there,
which wins.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import comment_out_ignored
from stackcfg.paths import Path, value_at
from stackcfg.yamltext.emit import Field

KIND = "remote::vllm"
OLD = "tls_verify"


def run(context: StepContext) -> Changes:
    """Move the value; a null means nothing and is removed."""
    for config, settings in context.configs_of("inference", KIND):
        if OLD not in settings:
            continue
        if settings[OLD] is None:
            yield from context.text.remove((*config, OLD))
        elif value_at(settings, ("network", "tls")) is not None:
            yield from comment_out_ignored(context, (*config, OLD), "network.tls")
        else:
            yield from _move(context, config, "network" in settings)


def _move(context: StepContext, config: Path, has_network: bool) -> Changes:
    """Write the new tree in place of the old key, or inside of `network`."""
    path = (*config, OLD)
    value = context.text.editable_scalar(path)
    if has_network:
        yield from context.text.remove(path)
        yield from context.text.add((*config, "network", "tls"), {"verify": value})
        return
    beside = context.text.entry_comments(path, with_lead=False).beside
    tls = Field("tls", (Field("verify", value, (), beside),))
    yield from context.text.replace(path, Field("network", (tls,)))
