"""The rules, one module each. A rule reads an inspection and yields findings.

A rule module has a docstring, which is its page (the first line is the summary),
and `RULE`. What several rules need is in `queries`. The table `RULES` says of each
rule what is asked before its module is imported: importing all of them takes
longer than most configs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module

from stackcfg.light_typing import TYPE_CHECKING, Final, NamedTuple
from stackcfg.releases.changes import (
    ALLOWED_MODELS_SINCE,
    AUTO_MODELS_SINCE,
    CATALOG_SINCE,
    CONNECTORS_SINCE,
    DISABLED_PROVIDERS_SINCE,
    EMPTY_APIS_REFUSED_SINCE,
    FILE_PROCESSORS_SINCE,
    HOME_MOVED_SINCE,
    MODELS_RENAMED_SINCE,
    POSTGRES_PASSWORDS_PLAIN_SINCE,
    SWITCHED_AUTH_SINCE,
    TLS_DEMANDED_SINCE,
    UNLISTED_ROUTERS_SINCE,
    WHOLE_ADDRESSES_SINCE,
)
from stackcfg.releases.resources import ALLOWED_MODELS, DEFAULT_MODELS
from stackcfg.releases.server_places import OLD_HOME
from stackcfg.releases.versions import Release
from stackcfg.runconfig.placeholders import find_old_placeholder
from stackcfg.runconfig.substitution import TYPED_SINCE
from stackcfg.validation import registration_conditions, rule_conditions
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import ModelError
from stackcfg.validation.queries.scoring import SCORING
from stackcfg.validation.rule import Errors, Findings, Rule
from stackcfg.validation.rule_conditions import Condition

if TYPE_CHECKING:
    from stackcfg.validation.rule_finding import RuleFinding

BROKEN_PROVIDERS: Final = (
    "inline::chromadb",
    "remote::bedrock",
    "remote::passthrough",
    "remote::sambanova",
)
"""The types of `broken_providers.json`."""

ONLY: Final = "only"
"""A rule that finds nothing but the model errors that it claims."""

TOO: Final = "too"
"""A rule that claims model errors, and finds other things, too."""


class ListedRule(NamedTuple):
    """What is known of a rule before its module is imported.

    `claims` says whether it claims model errors: `ONLY`, `TOO` or not. Only a rule
    `of_old_configs` looks at configs of 0.2 and earlier; `old-config` reports
    these as a whole. The other fields are conditions without which it finds
    nothing but model errors: the first release, the first one that has no such
    fault any more, words of which the text has one, and what it looks at.
    """

    id: str
    claims: str = ""
    may_be_error: bool = True
    of_old_configs: bool = False
    since: Release = ()
    before: Release | None = None
    words: Sequence[str] = ()
    needs: Condition | None = None

    def may_find(self, inspection: Inspection) -> bool:
        """Return whether all conditions hold; False is certain."""
        version = inspection.version
        if version < self.since or (self.before and version >= self.before):
            return False
        if self.words and not _may_hold(inspection.text, self.words):
            return False
        return self.needs is None or bool(self.needs(inspection))


def _may_hold(text: str, words: Sequence[str]) -> bool:
    """Return whether a YAML text may have one of the words in a key or value."""
    # what is written with a backslash can be any character
    return "\\" in text or any(word in text for word in words)


# Each model error belongs to the first rule that claims it, so the general
# rules come last.
RULES: Final = (
    ListedRule("old-config", of_old_configs=True, needs=lambda seen: seen.is_old),
    ListedRule(
        "duplicate-key",
        may_be_error=False,
        of_old_configs=True,
        needs=lambda seen: seen.document.duplicates,
    ),
    ListedRule(
        "several-documents",
        of_old_configs=True,
        needs=lambda seen: seen.second_document,
    ),
    ListedRule("unset-variable", claims=ONLY),
    ListedRule("unknown-backend", needs=rule_conditions.has_unfit_backend),
    ListedRule("wrong-family", needs=rule_conditions.has_unfit_backend),
    ListedRule("backend-type", claims=ONLY),
    ListedRule("backend-field", claims=ONLY),
    ListedRule("inline-store", claims=ONLY),
    ListedRule("store-field", claims=ONLY),
    ListedRule("reference-field", claims=ONLY),
    ListedRule("missing-store", claims=TOO, needs=rule_conditions.lacks_store),
    ListedRule("moved-key", claims=ONLY),
    ListedRule("renamed-key", claims=ONLY),
    ListedRule(
        "shared-namespace",
        may_be_error=False,
        needs=rule_conditions.has_shared_namespace,
    ),
    ListedRule(
        "shared-table", may_be_error=False, needs=rule_conditions.has_shared_table
    ),
    ListedRule(
        "unlisted-rows",
        may_be_error=False,
        since=CATALOG_SINCE,
        words=("postgres", "redis", "mongodb"),
    ),
    ListedRule(
        "unused-backend", may_be_error=False, needs=rule_conditions.has_unnamed_backend
    ),
    ListedRule(
        "backend-drift", may_be_error=False, needs=rule_conditions.has_family_of_several
    ),
    ListedRule(
        "tilde-path", may_be_error=False, needs=rule_conditions.has_tilde_in_backend
    ),
    ListedRule(
        "old-home", may_be_error=False, since=HOME_MOVED_SINCE, words=(OLD_HOME,)
    ),
    ListedRule("postgres-url", before=POSTGRES_PASSWORDS_PLAIN_SINCE, words=("@",)),
    ListedRule("provider-type", needs=rule_conditions.has_unknown_provider_type),
    ListedRule("broken-provider", words=BROKEN_PROVIDERS),
    ListedRule(
        "address-ending",
        may_be_error=False,
        since=WHOLE_ADDRESSES_SINCE,
        words=("base_url",),
    ),
    ListedRule("provider-api", needs=rule_conditions.has_odd_api),
    ListedRule("api-without-provider", needs=rule_conditions.has_api_without_provider),
    ListedRule("unlisted-api", before=UNLISTED_ROUTERS_SINCE),
    ListedRule(
        "unread-files",
        may_be_error=False,
        since=FILE_PROCESSORS_SINCE,
        needs=rule_conditions.lacks_file_processors,
    ),
    ListedRule("empty-apis", may_be_error=False, since=EMPTY_APIS_REFUSED_SINCE),
    ListedRule("missing-dependency", needs=rule_conditions.lacks_dependency),
    ListedRule(
        "duplicate-provider",
        may_be_error=False,
        of_old_configs=True,
        needs=rule_conditions.has_provider_twice,
    ),
    ListedRule(
        "duplicate-connector",
        may_be_error=False,
        since=CONNECTORS_SINCE,
        needs=rule_conditions.has_connector_twice,
    ),
    ListedRule(
        "repeated-scoring",
        since=CATALOG_SINCE,
        words=(SCORING,),
        needs=rule_conditions.has_scoring_twice,
    ),
    ListedRule(
        "deprecated-provider",
        may_be_error=False,
        needs=rule_conditions.has_deprecated_provider,
    ),
    ListedRule(
        "unknown-provider", needs=registration_conditions.lacks_provider_of_resource
    ),
    ListedRule("ambiguous-provider", before=DISABLED_PROVIDERS_SINCE),
    ListedRule(
        "unregistered-resource",
        may_be_error=False,
        needs=registration_conditions.may_skip_resource,
    ),
    ListedRule(
        "unregistrable-resource", needs=registration_conditions.has_list_with_needs
    ),
    ListedRule("long-store-id", words=("pgvector",)),
    ListedRule(
        "store-dimension",
        may_be_error=False,
        since=CATALOG_SINCE,
        words=("vector_store_id",),
    ),
    ListedRule("embedding-dimension", needs=registration_conditions.may_lack_dimension),
    ListedRule(
        "unknown-model",
        words=[str(path[1]) for path in DEFAULT_MODELS],
        needs=registration_conditions.may_name_unlisted_model,
    ),
    ListedRule("unserved-model", needs=registration_conditions.has_name_of_model),
    ListedRule(
        "taken-model-name", since=MODELS_RENAMED_SINCE, words=("provider_model_id",)
    ),
    ListedRule("unmatched-access-rule", may_be_error=False, words=("access_policy",)),
    ListedRule("auto-model", since=AUTO_MODELS_SINCE),
    ListedRule("disallowed-model", since=ALLOWED_MODELS_SINCE, words=(ALLOWED_MODELS,)),
    ListedRule(
        "doubled-prefix",
        may_be_error=False,
        needs=registration_conditions.may_double_prefix,
    ),
    ListedRule(
        "conflicting-resource",
        since=CATALOG_SINCE,
        needs=registration_conditions.has_resource_twice,
    ),
    ListedRule("unknown-shield", words=("default_shield_id",)),
    ListedRule(
        "placeholder-syntax",
        may_be_error=False,
        of_old_configs=True,
        needs=rule_conditions.may_miswrite_variable,
    ),
    ListedRule(
        "old-placeholder",
        may_be_error=False,
        of_old_configs=True,
        since=TYPED_SINCE,
        needs=lambda seen: find_old_placeholder(seen.text),
    ),
    ListedRule(
        "literal-password",
        may_be_error=False,
        of_old_configs=True,
        needs=rule_conditions.may_hold_secret,
    ),
    ListedRule(
        "authentication",
        claims=TOO,
        since=SWITCHED_AUTH_SINCE,
        words=("provider_config",),
    ),
    ListedRule(
        "half-tls",
        may_be_error=False,
        words=("tls_certfile", "tls_keyfile", "tls_cafile"),
    ),
    ListedRule("tls-required", may_be_error=False, since=TLS_DEMANDED_SINCE),
    ListedRule("inert-key", may_be_error=False, needs=rule_conditions.has_unread_key),
    ListedRule(
        "retyped-default",
        claims=TOO,
        since=TYPED_SINCE,
        needs=rule_conditions.has_respelled_default,
    ),
    ListedRule("deprecated-key", claims=ONLY),
    ListedRule("missing-field", claims=ONLY),
    ListedRule("wrong-type", claims=ONLY),
    ListedRule("invalid-value", claims=ONLY),
    ListedRule("unknown-key", claims=ONLY),
)

RULE_IDS: Final = tuple(each.id for each in RULES)

NEVER_ERRORS: Final = frozenset(each.id for each in RULES if not each.may_be_error)
"""The rules that claim nothing and whose findings are never errors."""


@cache
def load_rule(rule_id: str) -> Rule:
    """Return a rule, importing its module."""
    module = rule_id.replace("-", "_")
    rule: Rule = import_module(f"{__name__}.{module}").RULE
    return rule


def load_rules() -> Iterator[Rule]:
    """Yield every rule."""
    return map(load_rule, RULE_IDS)


def run_rules(
    inspection: Inspection, is_wanted: Callable[[str], bool]
) -> Iterator[tuple[Rule, RuleFinding]]:
    """Yield the findings of all wanted rules, rule by rule."""
    wanted = _rules_for(inspection, is_wanted)
    claimed: Mapping[str, Sequence[ModelError]] = {}
    if any(each.claims for each in wanted):
        claimed = claim_errors(inspection)
    for listed in wanted:
        errors = claimed.get(listed.id, ())
        is_done = listed.claims == ONLY or not listed.may_find(inspection)
        if is_done and not errors:
            continue
        rule = load_rule(listed.id)
        for finding in _run(rule, inspection, errors):
            yield rule, finding


def _rules_for(
    inspection: Inspection, is_wanted: Callable[[str], bool]
) -> list[ListedRule]:
    wanted = [each for each in RULES if is_wanted(each.id)]
    if inspection.is_old:
        return [each for each in wanted if each.of_old_configs]
    return wanted


def _run(rule: Rule, inspection: Inspection, errors: Errors) -> Findings:
    if rule.check is not None:
        yield from rule.check(inspection)
    if rule.describe is not None:
        yield from (rule.describe(inspection, error) for error in errors)
    if rule.report is not None:
        yield from rule.report(inspection, errors)


def claim_errors(inspection: Inspection) -> Mapping[str, Sequence[ModelError]]:
    """Return the model errors of a config by the id of the rule that they
    belong to.
    """
    claimed: dict[str, list[ModelError]] = {}
    claiming = [each.id for each in RULES if each.claims]
    for error in inspection.model_errors:
        for rule_id in claiming:
            if _claims(load_rule(rule_id), inspection, error):
                claimed.setdefault(rule_id, []).append(error)
                break
    return claimed


def _claims(rule: Rule, inspection: Inspection, error: ModelError) -> bool:
    if rule.claims is not None and rule.claims(inspection, error):
        return True
    return error.kind in rule.kinds
