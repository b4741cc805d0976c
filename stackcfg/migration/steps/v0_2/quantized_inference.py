"""Within 0.2: `inline::meta-reference-quantized` loses its own type (0.2.2).

It becomes `inline::meta-reference` with `quantization`, whose kinds `fp8` and
`int4` are called `fp8_mixed` and `int4_mixed` since. Source: the provider
registries and config classes of the released wheels.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at

OLD = "inline::meta-reference-quantized"
NEW = "inline::meta-reference"
QUANTIZATION = ("config", "quantization", "type")


def run(context: StepContext) -> Changes:
    """Write the new type, and the new name of the quantization."""
    for path, provider in context.providers_of("inference", OLD):
        yield from context.text.set((*path, "provider_type"), NEW)
        kind = value_at(provider, QUANTIZATION)
        if kind in ("fp8", "int4"):
            yield from context.text.set((*path, *QUANTIZATION), f"{kind}_mixed")
