"""Options that ask for something which one server has no use for."""

from __future__ import annotations

from stackcfg.deployment.resource.config import USER_CONFIG
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.network import ALLOWED, names_operator
from stackcfg.deployment.settings import OPERATOR_NAMESPACE


def note_unused_options(conversion: Conversion) -> None:
    """Say which options change nothing in the new object."""
    settings = conversion.settings
    if settings.config_key and conversion.user_config is None:
        message = "'--config-key' has no effect: this server names no ConfigMap"
        conversion.check(message, USER_CONFIG)
    is_moved = settings.operator_namespace != OPERATOR_NAMESPACE
    if is_moved and not names_operator(conversion):
        message = "'--operator-namespace' has no effect: no rule is written for it"
        conversion.info(message, ALLOWED)
