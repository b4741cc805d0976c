"""A provider type that the release has, but cannot start.

Its own code stops the server, whatever its config is: `remote::passthrough` of
inference (0.2.16 to 0.3.5), `remote::bedrock` and `remote::sambanova` of safety (0.2.18
to 0.4.7) lack a method. From ogx 1.0.0 to 1.5.0 `inline::chromadb` reads
`metadata_store`, which only the config of `remote::chromadb` has. A Chroma server on
the same folder keeps the data:

    vector_io:
    - provider_id: chroma
      provider_type: remote::chromadb
      config: {url: "http://localhost:8000", persistence: {backend: kv_default, namespace: chroma}}
"""

from __future__ import annotations

from stackcfg.releases.providers import broken_provider
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def check(inspection: Inspection) -> Findings:
    """Report each such provider that a variable or the file switches on."""
    for provider in inspection.providers:
        if provider.outside or not provider.ever_on:
            continue
        broken = broken_provider(provider.api, provider.kind, inspection.version)
        if broken is None:
            continue
        yield RuleFinding(
            value_of(*provider.path, "provider_type"),
            f"'{provider.kind}' cannot start in {inspection.release}: {broken.reason}",
            help=broken.help,
        )


RULE = Rule("broken-provider", ERROR, __doc__, check)
