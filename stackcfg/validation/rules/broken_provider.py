"""A provider type that the release has, but cannot start.

Its own code stops with an `AttributeError`, whatever its config is. From ogx 1.0.0
to 1.5.0 this is `inline::chromadb`: it reads `metadata_store`, which only the config
of `remote::chromadb` has. A Chroma server on the same folder keeps the data:

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
            f"'{provider.kind}' cannot start in {inspection.release}: its code reads "
            f"'{broken.lacks}', which its config cannot have",
            help=f"{broken.how}, and use '{broken.instead}'",
        )


RULE = Rule("broken-provider", ERROR, __doc__, check)
