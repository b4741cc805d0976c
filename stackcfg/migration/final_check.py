"""What the target refuses in a config that went its whole way: a person must mend it, whoever wrote it.

Steps tell what a release took away; this tells what they do not know of. An API that a provider asks for and that has
none is left to the steps of the releases that began to ask: most such files did not start before either.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.loading.configs import RunConfig
from stackcfg.releases.families import Target
from stackcfg.releases.stores import StoreFields
from stackcfg.validation.engine import Settings, validate_config
from stackcfg.validation.findings import ERROR, Finding

LEFT_OUT: Final = frozenset({"missing-dependency", "api-without-provider"})


def find_refusals(
    config: RunConfig, catalog: StoreFields, target: Target
) -> Iterator[Finding]:
    """Each error that the rules find in the config, but for those that a comment in it silences."""
    found, _ = validate_config(config, catalog, Settings(target, ignored=LEFT_OUT))
    yield from (each for each in found if each.severity == ERROR)
