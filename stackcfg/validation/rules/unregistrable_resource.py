"""A resource that the release fails to register.

0.4.0 and 0.4.1 call `register_dataset` and `register_benchmark` in a way that
those no longer understand: with an entry in one of the two lists the server
ends at its start. Until 0.4.7 `register_scoring_function` takes no `metadata`,
which every scoring function has; from 0.5.0 to 0.7.3 it requires a
`description`. Source: `register_resources` of 0.4.1, 0.4.2, 0.4.7 and 0.7.3, and
starts of 0.2.23, 0.4.1 and 0.4.5.

    registered_resources:
      datasets: [...]   # 0.4.0 and 0.4.1 do not start with it
"""

from __future__ import annotations

from stackcfg.paths import as_mapping
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.resources import DATASETS, keys_to_register, unregistrable_until
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.providers import is_disabled
from stackcfg.validation.queries.registered import Resource, registered_resources
from stackcfg.validation.queries.severity import severity_of_readings
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def check(inspection: Inspection) -> Findings:
    failing: set[str] = set()
    for resource in registered_resources(inspection):
        yield from _check_keys(inspection, resource)
        last = unregistrable_until(resource.kind, inspection.version)
        if last is None or resource.kind in failing:
            continue
        if not _is_registered(inspection, resource):
            continue
        failing.add(resource.kind)
        yield RuleFinding(
            key_of(*resource.path[:-1]),
            f"{inspection.release} fails to register '{resource.kind}'; "
            "it refuses to start",
            help=f"use a release after {format_release(last)}, or remove the list",
        )


def _check_keys(inspection: Inspection, resource: Resource) -> Findings:
    """Report a missing key that the config may lack and the registration needs."""
    entries = [as_mapping(each) for each in inspection.values_at(resource.path)]
    for key in sorted(keys_to_register(resource.kind, inspection.version)):
        failing = [
            not is_disabled(entry) and entry.get(key) is None for entry in entries
        ]
        if any(failing):
            yield RuleFinding(
                value_of(*resource.path),
                f"an entry of '{resource.kind}' has no '{key}'"
                f"{when_failing(failing)}; {inspection.release} refuses to start",
                help=f"add '{key}'",
                severity=severity_of_readings(failing),
            )


def _is_registered(inspection: Inspection, resource: Resource) -> bool:
    """Return whether the release registers an entry in any reading."""
    # the source of a dataset decides on its provider
    if resource.kind == DATASETS or inspection.version < DISABLED_PROVIDERS_SINCE:
        return True
    entries = inspection.values_at(resource.path)
    return not all(is_disabled(as_mapping(entry)) for entry in entries)


RULE = Rule("unregistrable-resource", ERROR, __doc__, check)
