"""A rule is imported only if its conditions hold: without them it finds nothing.

Held against every fixture, the mutants of shipped configs, and what escapes hide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle

import pytest

from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.releases.stores import load_store_fields
from stackcfg.releases.versions import Release, parse_release, read_facts
from stackcfg.validation.engine import validate
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rules import ONLY, RULES, load_rule
from stackcfg.validation.settings import settings_for
from tests.conformance.mutations import KINDS
from tests.support.budgets import ALL
from tests.support.rule_fixtures import release_of
from tests.support.running import ROOT
from tests.validation.test_fixes import sources

RELEASES = (
    (0, 1, 5),
    (0, 2, 2),
    (0, 2, 12),
    (0, 2, 23),
    (0, 3, 5),
    (0, 5, 2),
    (0, 7, 3),
    (1, 0, 0),
    (1, 3, 0),
    (1, 5, 0),
)
PARTS = 2 if ALL else len(RELEASES)
CONDITIONAL = [
    listed
    for listed in RULES
    if listed.since or listed.before or listed.words or listed.needs
]


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each fixture and of some mutants."""
    for folder in ("validate", "migrate"):
        for path in sorted((ROOT / "fixtures" / folder).rglob("*.yaml")):
            yield str(path.relative_to(ROOT)), path.read_bytes().decode()
    numbered = cycle(enumerate(sources()))
    for kind, (number, config) in zip(KINDS, numbered, strict=False):
        mutant = kind.mutant(config, f"conditions {number}")
        if mutant is not None:
            yield f"{kind.name} of {number}", mutant.text


def releases_of(name: str, part: int) -> set[Release]:
    """Return the releases that are asked about a text: a part of all, and the one that a fixture of rules is for."""
    found = set(RELEASES[part::PARTS])
    path = ROOT / name
    if path.exists():
        found.add(parse_release(release_of(path)))
    return found


def inspections() -> Iterator[tuple[str, Inspection]]:
    catalog = load_store_fields()
    turn = cycle(range(PARTS))
    for name, text in texts():
        try:
            documents = read_documents(text.removeprefix("\ufeff"), lenient=True)
            configs = list(find_run_configs(documents, lenient=True))
        except InputError:
            continue
        # each text in a part of the releases, which is every release over all
        releases = releases_of(name, next(turn))
        for config in configs:
            for release in releases:
                yield (
                    f"{name} in {release}",
                    Inspection(
                        config.document,
                        config.data,
                        catalog,
                        release,
                        config.second,
                        None,
                        config.parameters,
                    ),
                )


def test_without_its_conditions_a_rule_finds_nothing():
    faults = []
    found = defaultdict(int)
    skipped = defaultdict(int)
    for name, inspection in inspections():
        for listed in CONDITIONAL:
            if inspection.is_old and not listed.of_old_configs:
                continue
            rule = load_rule(listed.id)
            findings = []
            if rule.check is not None:
                findings += rule.check(inspection)
            if rule.report is not None:
                findings += rule.report(inspection, ())
            holds = listed.may_find(inspection)
            found[listed.id] += bool(findings)
            skipped[listed.id] += not holds
            if findings and not holds:
                faults.append(f"{listed.id} in {name}")
    assert faults == []
    # or else a condition was not tried
    assert [each.id for each in CONDITIONAL if not found[each.id]] == []
    assert [each.id for each in CONDITIONAL if not skipped[each.id]] == []


def test_what_only_claims_has_no_condition():
    assert [each.id for each in CONDITIONAL if each.claims == ONLY] == []


CONFIG = """version: 2
image_name: x
apis: [inference]
providers:
  inference: []
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: conversations}
    prompts: {backend: kv_default, namespace: prompts}
"""


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ('server: {"\\x74ls_certfile": /tls/cert.pem}', "half-tls"),
        ('safety: {"default\\u005fshield_id": missing}', "unknown-shield"),
    ],
)
def test_a_word_with_an_escape_in_it_counts(written, rule):
    found = validate(CONFIG + written + "\n", settings_for("0.5.2")).findings
    assert rule in {each.rule for each in found}


def test_the_words_of_broken_provider_are_in_all_broken_types() -> None:
    listed = next(each for each in RULES if each.id == "broken-provider")
    for name in read_facts("broken_providers.json")["broken"]:
        assert any(word in name for word in listed.words), name
