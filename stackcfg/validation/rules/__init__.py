"""The rules: one module each, listed once. A rule reads an inspection and yields findings; it changes nothing.

A rule module has a docstring, which is its page (first line: what it finds), a `SEVERITY`, a function `check`, and
`OLD_TOO = True` where it has something to say about configs of 0.2 as well, which `old-config` otherwise sums up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Final, NamedTuple

from stackcfg.validation.diagnostics import RuleInfo
from stackcfg.validation.finding import RuleFinding
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rules import (
    api_without_provider,
    authentication,
    backend_drift,
    backend_field,
    backend_type,
    deprecated_key,
    deprecated_provider,
    duplicate_key,
    duplicate_provider,
    embedding_dimension,
    empty_apis,
    half_tls,
    inert_key,
    inline_store,
    invalid_value,
    literal_password,
    missing_dependency,
    missing_field,
    missing_store,
    moved_key,
    old_config,
    old_home,
    old_placeholder,
    placeholder_syntax,
    provider_api,
    provider_type,
    reference_field,
    retyped_default,
    several_documents,
    shared_namespace,
    shared_table,
    store_field,
    tilde_path,
    tls_required,
    unknown_backend,
    unknown_key,
    unknown_model,
    unknown_provider,
    unknown_shield,
    unregistered_resource,
    unset_variable,
    unused_backend,
    wrong_family,
    wrong_type,
)


class Rule(NamedTuple):
    """One rule: its id, what a finding of it usually weighs, how to look, and whether it looks at old configs too."""

    id: str
    severity: str
    check: Callable[[Inspection], Iterator[RuleFinding]]
    page: str
    old_too: bool = False

    @property
    def info(self) -> RuleInfo:
        """What formats and pages show of it."""
        summary = self.page.split("\n", 1)[0].rstrip(".")
        return RuleInfo(self.id, self.severity, summary, self.page.strip() + "\n")


def _rule(module: ModuleType) -> Rule:
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    return Rule(
        name,
        module.SEVERITY,
        module.check,
        module.__doc__ or name,
        getattr(module, "OLD_TOO", False),
    )


RULES: Final = tuple(
    _rule(module)
    for module in (
        old_config,
        duplicate_key,
        several_documents,
        unknown_backend,
        wrong_family,
        reference_field,
        backend_type,
        backend_field,
        missing_store,
        store_field,
        inline_store,
        moved_key,
        shared_namespace,
        shared_table,
        unused_backend,
        backend_drift,
        tilde_path,
        old_home,
        provider_type,
        provider_api,
        api_without_provider,
        empty_apis,
        missing_dependency,
        duplicate_provider,
        deprecated_provider,
        unknown_provider,
        unregistered_resource,
        embedding_dimension,
        unknown_model,
        unknown_shield,
        unknown_key,
        inert_key,
        deprecated_key,
        missing_field,
        wrong_type,
        invalid_value,
        placeholder_syntax,
        old_placeholder,
        retyped_default,
        unset_variable,
        literal_password,
        authentication,
        half_tls,
        tls_required,
    )
)
