"""0.6 → 0.7: code of models needs `trust_remote_code` (0.7.0, upstream #4602).

Until then inline::sentence-transformers always ran such code. Whether to trust
it is the operator's decision. Source: `embedding_mixin` of 0.6.1 and 0.7.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext

KIND = "inline::sentence-transformers"
KEY = "trust_remote_code"


def run(context: StepContext) -> Changes:
    """Report each provider whose config leaves the setting out."""
    message = (
        f"'{KIND}' no longer runs code of models; "
        f"write '{KEY}: true' if your models need theirs"
    )
    for path, settings in context.configs_of("inference", KIND):
        if settings.get(KEY) is None:
            yield context.check(message, (*path[:-1], "provider_type"))
