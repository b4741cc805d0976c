"""0.7 → ogx 0.8: the Python package `llama_stack` is called `ogx` (upstream
#5613).

Providers outside the tree import from it, so they need a version that
is made for ogx. Those of an API that the target does not have are
commented out.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.releases.providers import resolve_api_name
from stackcfg.releases.renames import is_removed_api
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.sections import EXTERNAL_FOLDERS
from stackcfg.runconfig.values import as_string

OLD_PACKAGE = "llama_stack"


def run(context: StepContext) -> Changes:
    """Report each provider from a module, and each folder of such providers."""
    for api, index, provider in provider_entries(context.data):
        name = resolve_api_name(api, context.version)
        if is_removed_api(name, context.release.final):
            continue
        module = as_string(provider.get("module"))
        path = ("providers", api, index, "module")
        if module.partition(".")[0] == OLD_PACKAGE:
            message = (
                f"module '{module}' does not exist any more; '{OLD_PACKAGE}' "
                "is called 'ogx' now"
            )
            yield context.action_required(message, path)
        elif module:
            message = (
                f"module '{module}' must be a version for ogx 0.8.0 or later; "
                "install one"
            )
            yield context.check(message, path)
    for name in EXTERNAL_FOLDERS:
        if context.data.get(name):
            message = (
                f"the providers in '{name}' must be made for ogx 0.8.0 or later: "
                f"'{OLD_PACKAGE}' is called 'ogx' now"
            )
            yield context.check(message, (name,))
