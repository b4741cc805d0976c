"""The certificates that Open Data Hub puts into every namespace.

Both operators look for this ConfigMap by its name. The old one read it directly, the
new one sees only what is labelled (`controllers/ogxserver_controller.go` of 0.14.0).
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.resource.config import CA_BUNDLE, find_config_maps
from stackcfg.deployment.resource.conversion import WATCH, Conversion
from stackcfg.deployment.resource.homes import vendor_of
from stackcfg.releases.custom_resources import PLATFORM_BUNDLE


def find_platform_bundle(conversion: Conversion) -> None:
    """Remember the ConfigMap of the platform; say what to do where it may exist."""
    conversion.platform_bundles += find_config_maps(conversion, PLATFORM_BUNDLE)
    if may_have_bundle(conversion):
        conversion.check(
            f"if the namespace has the platform's ConfigMap '{PLATFORM_BUNDLE}', the "
            f"new operator uses its certificates only with the label "
            f"'{WATCH}: \"true\"'",
            CA_BUNDLE,
        )


def may_have_bundle(conversion: Conversion) -> bool:
    """Return whether a namespace may have the ConfigMap, which is not in the input."""
    return bool(vendor_of(conversion)) and not conversion.platform_bundles


def label_steps(conversion: Conversion, kubectl: str) -> Iterator[str]:
    """Yield the step of the runbook that labels the ConfigMap."""
    if may_have_bundle(conversion):
        yield (
            "let the new operator see the certificates of the platform, if there are "
            f"any: {kubectl} label --overwrite configmap/{PLATFORM_BUNDLE} {WATCH}=true"
        )
