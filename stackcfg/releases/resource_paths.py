"""Where an `OGXServer`, and the `LlamaStackDistribution` before it, have
what is asked for in many places. `CONFIG` is the name of the ConfigMap
with the run config.
"""

from __future__ import annotations

from stackcfg.light_typing import Final

OLD_WORKLOAD: Final = ("spec", "server")
OLD_CONTAINER: Final = (*OLD_WORKLOAD, "containerSpec")
OLD_VARIABLES: Final = (*OLD_CONTAINER, "env")
OLD_POD: Final = (*OLD_WORKLOAD, "podOverrides")
OLD_MOUNTS: Final = (*OLD_POD, "volumeMounts")
OLD_CLAIM: Final = (*OLD_WORKLOAD, "storage")
OLD_DISTRIBUTION: Final = (*OLD_WORKLOAD, "distribution")
OLD_BUNDLE: Final = (*OLD_WORKLOAD, "tlsConfig", "caBundle")
OLD_USER_CONFIG: Final = (*OLD_WORKLOAD, "userConfig")
OLD_CONFIG: Final = (*OLD_USER_CONFIG, "configMapName")

NEW_WORKLOAD: Final = ("spec", "workload")
NEW_OVERRIDES: Final = (*NEW_WORKLOAD, "overrides")
"""The fields of the pod and those of its container."""

NEW_VARIABLES: Final = (*NEW_OVERRIDES, "env")
NEW_MOUNTS: Final = (*NEW_OVERRIDES, "volumeMounts")
NEW_DISTRIBUTION: Final = ("spec", "distribution")
NEW_CERTIFICATES: Final = ("spec", "tls", "trust", "caCertificates")
NEW_CONFIG: Final = ("spec", "overrideConfig", "name")
