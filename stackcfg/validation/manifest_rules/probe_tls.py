"""A run config with a certificate in an `OGXServer`.

The startup probe of the operator is plain HTTP. A server that has `tls_certfile` and
`tls_keyfile` answers with HTTPS only: the pod never becomes ready, and is restarted
again and again. The old operator started the server without them, whatever the config
said. Let a Service mesh, an Ingress or a Route handle TLS.
"""

from __future__ import annotations

from stackcfg.loading.config_positions import position_of_path
from stackcfg.paths import value_at
from stackcfg.validation.manifest_rule import (
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.mounted_config import (
    config_reference,
    mounted_config,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of

_FILES = (("server", "tls_certfile"), ("server", "tls_keyfile"))


def check(inspection: ManifestInspection) -> Findings:
    reference = config_reference(inspection)
    config = mounted_config(inspection, reference)
    if reference is None or config is None:
        return
    values = [value_at(config.data, path) for path in _FILES]
    # a variable can leave it out
    if not all(isinstance(each, str) and each and "$" not in each for each in values):
        return
    line = position_of_path(config, _FILES[0]).line
    yield RuleFinding(
        value_of(*reference.path),
        f"its config has a certificate (line {line}), and the probe of the operator is "
        "plain HTTP; the pod never becomes ready",
        help="remove 'tls_certfile' and 'tls_keyfile'; let a proxy handle TLS",
    )


RULE = ManifestRule("probe-tls", ERROR, __doc__, check)
