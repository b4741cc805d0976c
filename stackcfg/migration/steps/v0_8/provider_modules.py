"""0.7 → ogx 0.8: the Python package `llama_stack` is called `ogx` (upstream #5613).

Providers outside the tree import from it, so they need a version that is made for ogx.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string

OLD_PACKAGE: Final = "llama_stack"
FOLDERS: Final = ("external_providers_dir", "external_apis_dir")


def run(context: StepContext) -> Iterator[Change]:
    """A note for each provider that comes from a module, and for each folder of them."""
    for api, index, provider in provider_entries(context.data):
        module = as_string(provider.get("module"))
        where = context.text.offset(("providers", api, index, "module"))
        if module.partition(".")[0] == OLD_PACKAGE:
            yield StepNote(
                ACTION_REQUIRED,
                f"module '{module}' is not there any more: '{OLD_PACKAGE}' is called 'ogx' now",
                where,
            )
        elif module:
            yield StepNote(
                CHECK,
                f"module '{module}': install a version that is made for ogx 0.8.0 or later",
                where,
            )
    for name in FOLDERS:
        if context.data.get(name):
            message = f"what '{name}' holds must be made for ogx 0.8.0 or later: '{OLD_PACKAGE}' is called 'ogx' now"
            yield StepNote(CHECK, message, context.text.offset((name,)))
