"""The resources of the operators: which fields an `OGXServer` and a
`LlamaStackDistribution` have, by operator release.

The facts are in `facts/operator/KIND-RELEASE.json`, made from the
definitions that a release of the operator installs. A file is true from
its release to the next file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.releases.versions import Release, parse_release, read_facts

FOLDER: Final = "operator"
PLATFORM_BUNDLE: Final = "odh-trusted-ca-bundle"
"""The ConfigMap of Open Data Hub whose certificates operators use unasked."""

WATCH_LABEL: Final = "ogx.io/watch"
WATCHED: Final = "true"
"""The label without which the new operator does not see an object
(`main.go`), and its value.
"""

WRITTEN_LABEL: Final = f'{WATCH_LABEL}: "{WATCHED}"'
"""The label as YAML."""

ADOPT_STORAGE: Final = "ogx.io/adopt-storage"
ADOPT_NETWORKING: Final = "ogx.io/adopt-networking"
"""The annotations that name the old object whose volume, or Service, a new one uses."""

MOUNTED_CONFIG_KEYS: Final = ("config.yaml", "run.yaml")
"""The keys of a ConfigMap that releases of the old operator start a
server with: since 0.6.0 the first, before the second.
"""

NEW_VOLUME: Final = "ogx-storage"
OLD_VOLUME: Final = "lls-storage"
OWN_VOLUMES: Final = (NEW_VOLUME, OLD_VOLUME)
"""The names of the volume that the operators mount themselves."""

ITEM: Final = "[]"
VALUE: Final = "{}"
"""What a path in the facts has for the items of a list, the values of a map."""

OBJECT: Final = "object"
ARRAY: Final = "array"
INT_OR_STRING: Final = "int-or-string"


class Field(NamedTuple):
    """A field of a resource; `path` is written `spec.list[].name`, `spec.map{}`.

    `type` is that of JSON Schema, or `int-or-string`. An `open` mapping
    may hold anything. `least` to `max_items` are bounds, `form` says in
    words what `pattern` accepts. Two items of a list must differ in the
    keys `unique_by`. `conditions` are about the fields of this mapping,
    each a name with the fields and values that it is about
    (`.ci/facts/conditions.py`).
    """

    path: str
    type: str
    open: bool = False
    required: Sequence[str] = ()
    default: Any = None
    values: Sequence[str] = ()
    least: float | None = None
    most: float | None = None
    min_length: int = 0
    max_length: int | None = None
    min_items: int = 0
    max_items: int | None = None
    pattern: str = ""
    form: str = ""
    unique_by: Sequence[str] = ()
    conditions: Sequence[Sequence[str]] = ()


class CustomResource:
    """A kind of resource as one release of its operator defines it."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.kind: str = facts["kind"]
        self.group: str = facts["group"]
        self.version: str = facts["version"]
        self.since = parse_release(facts["since"])
        self._rows: Mapping[str, Any] = facts["fields"]

    @property
    def api_version(self) -> str:
        """The `apiVersion` of its objects."""
        return f"{self.group}/{self.version}"

    def field(self, path: str) -> Field | None:
        """Return the field at a path of the facts, None if there is none."""
        row = self._rows.get(path)
        if row is None:
            return None
        return Field(path, **row)

    def child(self, field: Field, key: object) -> Field | None:
        """Return the field that a key of a mapping, or an item of a list, has."""
        if field.type == ARRAY:
            return self.field(field.path + ITEM)
        named = self.field(f"{field.path}.{key}".lstrip("."))
        return named or self.field(field.path + VALUE)

    def names_below(self, field: Field) -> Sequence[str]:
        """Return the keys that a mapping can have."""
        return self._names.get(field.path, ())

    @cached_property
    def _names(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._rows:
            holder, _, name = path.rpartition(".")
            if name and not name.endswith((ITEM, VALUE)):
                found.setdefault(holder, []).append(name)
        return found

    @property
    def paths(self) -> Iterator[str]:
        """The paths of all fields."""
        return iter(self._rows)


@cache
def custom_resource(
    kind: str, operator: Release | None = None
) -> CustomResource | None:
    """Return a kind as a release of the operator defines it, or the newest known.

    None for a kind that is not of the operators. A release before the
    first known definition has that one.
    """
    known = _definitions().get(kind)
    if known is None:
        return None
    if operator is None:
        return known[-1]
    fitting = [each for each in known if each.since <= operator]
    return fitting[-1] if fitting else known[0]


@cache
def _definitions() -> Mapping[str, Sequence[CustomResource]]:
    folder = os.path.join(os.path.dirname(__file__), "facts", FOLDER)
    found: dict[str, list[CustomResource]] = {}
    for name in os.listdir(folder):
        facts = read_facts(f"{FOLDER}/{name}")
        if "fields" in facts:
            resource = CustomResource(facts)
            found.setdefault(resource.kind, []).append(resource)
    for resources in found.values():
        resources.sort(key=lambda each: each.since)
    return found


@cache
def distribution_facts() -> Sequence[Mapping[str, Any]]:
    """Return the distributions that operators know by name, and what
    became of them.
    """
    rows: Sequence[Mapping[str, Any]] = read_facts(f"{FOLDER}/distributions.json")[
        "distributions"
    ]
    return rows


def distribution_fact(name: object) -> Mapping[str, Any]:
    """Return what is known of a distribution of an operator; nothing of any other."""
    found = (row for row in distribution_facts() if row["name"] == name)
    return next(found, {})


class UnreadField(NamedTuple):
    """A field that an operator accepts and does not read, and what follows."""

    path: str
    effect: str


@cache
def unread_fields() -> Sequence[UnreadField]:
    """Return the fields of an `OGXServer` that its operator does not read."""
    rows = read_facts(f"{FOLDER}/behaviour.json")["unread"]
    return [UnreadField(row["path"], row["effect"]) for row in rows]
