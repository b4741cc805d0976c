"""What the migration of a deployment is asked to do."""

from __future__ import annotations

from stackcfg.light_typing import TYPE_CHECKING, Final, NamedTuple
from stackcfg.migration.settings import Settings
from stackcfg.releases.versions import Release

if TYPE_CHECKING:
    from stackcfg.loading.chart_values import Chart

OGX_SINCE: Final = (1, 0, 0)
"""The first release whose operator knows `OGXServer` (operator 0.10.0)."""

LAST_OLD_SERVER: Final = (0, 7, 3)
"""The last release that the old operator can run: later ones are of ogx."""

TRANSLATE: Final = "translate"
OFF: Final = "off"
NETWORK_POLICIES: Final = (TRANSLATE, OFF)
"""What becomes of `allowedFrom`: all its rules, or no policy at all."""

OPERATOR_NAMESPACE: Final = "ogx-k8s-operator-system"
"""Where upstream installs the operator (`config/default` of 0.14.0)."""


class DeploymentSettings(NamedTuple):
    """What is asked for; `migration` is for the run configs inside.

    `name` is that of the new server, empty for the old one's with
    `-ogx`. `config_key` is the key of the run config in its ConfigMap,
    empty for the one that is found. `charts` are those of templates
    that write values of theirs, by the name of the file.
    """

    migration: Settings = Settings()
    name: str = ""
    adopt_networking: bool = False
    network_policy: str = TRANSLATE
    operator_namespace: str = OPERATOR_NAMESPACE
    config_key: str = ""
    charts: tuple[tuple[str, Chart], ...] = ()

    @property
    def given_options(self) -> list[str]:
        """Return the options about the new resource that ask for something."""
        asked = {
            "--name": self.name,
            "--adopt-networking": self.adopt_networking,
            "--network-policy": self.network_policy != TRANSLATE,
            "--operator-namespace": self.operator_namespace != OPERATOR_NAMESPACE,
            "--config-key": self.config_key,
        }
        return [option for option, is_given in asked.items() if is_given]

    @property
    def release(self) -> Release:
        """Return the release that the server is to run; empty if none is named."""
        if self.migration.target is None:
            return ()
        return self.migration.target.last

    @property
    def is_for_ogx(self) -> bool:
        """Return whether the target is one that has the new resource."""
        return self.release >= OGX_SINCE
