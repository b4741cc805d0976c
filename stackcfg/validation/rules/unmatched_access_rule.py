"""A rule of an `access_policy` for resources that the release does not have.

A rule with a `resource` is for `TYPE::NAME`, or for all of a type: `TYPE::*`. The
server does not check the type: a rule for one that no resource has, or for a name
without a type (`*`), matches nothing. What it forbids is open to everyone whom
another rule lets in, and what it permits is denied. The type `vector_db` is called
`vector_store` since 0.3.0; patterns (`regex:…`) are read since 0.6.0. Source:
`matches_resource` and `ResourceType` of 0.2.23, 0.3.5, 0.6.0 and 1.5.0.

    access_policy:
    - forbid: {actions: [read], resource: "vector_db::salaries"}   # vector_store::salaries
      unless: user with hr in teams
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.paths import Path, list_at, value_at
from stackcfg.releases.changes import ACCESS_PATTERN, ACCESS_PATTERNS_SINCE
from stackcfg.releases.resources import RENAMED_TYPES, access_types
from stackcfg.releases.versions import Release
from stackcfg.runconfig.sections import ACCESS_POLICY
from stackcfg.validation.queries.suggestions import list_known
from stackcfg.validation.queries.wording import when_failing
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

EFFECTS: Final = {"forbid": "forbids nothing", "permit": "permits nothing"}
MARK: Final = "::"


def check(inspection: Inspection) -> Findings:
    """Report each access rule that matches no resource."""
    for path, effect in _find_resources(inspection):
        found = [
            _read_unmatched(inspection, value_at(reading, path))
            for reading in inspection.readings
        ]
        resource = next((each for each in found if each), "")
        if resource:
            failing = [each != "" for each in found]
            yield RuleFinding(
                value_of(*path),
                f"'{resource}' matches no resource of {inspection.release}"
                f"{when_failing(failing)}; the rule {EFFECTS[effect]}",
                help=_advise(resource, inspection.version),
            )


def _find_resources(inspection: Inspection) -> Iterator[tuple[Path, str]]:
    """Yield the place of each resource that a rule names, and the rule's effect."""
    for index, _ in enumerate(list_at(inspection.data, ACCESS_POLICY)):
        for effect in EFFECTS:
            path = (*ACCESS_POLICY, index, effect, "resource")
            is_written = value_at(inspection.data, path) is not None
            if is_written and not inspection.is_dropped(path):
                yield path, effect


def _read_unmatched(inspection: Inspection, resource: object) -> str:
    """Return what a rule names if no resource can be that, else an empty string."""
    # an empty one is none: the rule is for every resource
    if not isinstance(resource, str) or not resource:
        return ""
    version = inspection.version
    if resource.startswith(ACCESS_PATTERN) and version >= ACCESS_PATTERNS_SINCE:
        return ""
    kind, mark, _ = resource.partition(MARK)
    if mark and kind in access_types(version):
        return ""
    return resource


def _advise(resource: str, version: Release) -> str:
    kind, mark, name = resource.partition(MARK)
    for old, new in RENAMED_TYPES.items():
        meant = {old: new, new: old}.get(kind, "")
        if mark and meant in access_types(version):
            return f"write '{meant}{MARK}{name}', its type in this release"
    if resource.startswith(ACCESS_PATTERN):
        return (
            "patterns are read since 0.6.0; name the resources, or a type: 'model::*'"
        )
    known = list_known("types", kind, sorted(access_types(version)))
    advice = f"write 'TYPE::NAME' or 'TYPE::*'; {known}"
    if not mark:
        advice += "; a rule without 'resource' is for all"
    return advice


RULE = Rule("unmatched-access-rule", WARNING, __doc__, check)
