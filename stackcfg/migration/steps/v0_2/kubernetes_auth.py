"""Within 0.2: `kubernetes` authentication is back (0.2.21, upstream #2559).

Its certificate is in `tls_cafile`. Up to 0.2.7 the key was
`ca_cert_path`, which later releases drop silently.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.runconfig.sections import AUTH_PROVIDER

OLD = "ca_cert_path"
NEW = "tls_cafile"


def run(context: StepContext) -> Changes:
    """Rename the key; remove it where it is empty or the new one is
    there too.
    """
    settings = mapping_at(context.data, AUTH_PROVIDER)
    if settings.get("type") != "kubernetes" or OLD not in settings:
        return
    path = (*AUTH_PROVIDER, OLD)
    if settings[OLD] and NEW not in settings:
        yield from context.text.rename(path, NEW)
    else:
        yield from context.text.remove(path)
