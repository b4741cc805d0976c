"""A small part of a run of `python -m tests.conformance.agreement`, and its parts."""

from __future__ import annotations

import pytest

from stackcfg.validation.findings import ERROR, INFO, WARNING
from stackcfg.validation.settings import settings_for
from tests.conformance.agreement.__main__ import WRONG, find_cases
from tests.conformance.agreement.comparison import (
    CRASHED,
    FALSE_ALARM,
    FOUND,
    LOST,
    MISSED,
    OUTSIDE,
    QUIET,
    Opinion,
    Verdict,
    ask_validate,
    compare,
)
from tests.conformance.agreement.drawing import draw_mutants
from tests.conformance.releases import required

SEED = 11
MUTANTS = 40
SOURCES = {
    "demo": {
        "version": 2,
        "apis": ["inference"],
        "providers": {
            "inference": [{"provider_id": "a", "provider_type": "remote::b"}]
        },
        "models": [{"model_id": "m", "provider_id": "a"}],
    }
}
VOCABULARY = {
    "root": {"properties": {"models": {"type": "array", "items": {"type": "object"}}}},
    "providers": {"inference": {"remote::b": {"schema": {}, "sample": {"url": "u"}}}},
}
REFUSED = Verdict(("model: Field required",), (), False)
TAKEN = Verdict((), (), False)


def opinion(severity: str, rule: str = "wrong-type", message: str = "m") -> Opinion:
    return Opinion(((severity, rule, message),))


@pytest.mark.parametrize(
    ("verdict", "said", "outcome"),
    [
        (REFUSED, opinion(ERROR), FOUND),
        (REFUSED, opinion(WARNING), MISSED),
        (REFUSED, opinion(WARNING, message="while a variable is unset"), FOUND),
        (REFUSED._replace(refusals=(), is_open=True), opinion(INFO), MISSED),
        (Verdict(("file does not exist: x",), (), False), opinion(INFO), OUTSIDE),
        (TAKEN, opinion(WARNING), QUIET),
        (TAKEN, opinion(ERROR), FALSE_ALARM),
        (TAKEN._replace(dropped=("url",)), opinion(ERROR, "renamed-key"), LOST),
        (TAKEN._replace(dropped=("url",)), opinion(ERROR), FALSE_ALARM),
        (TAKEN, opinion(CRASHED), CRASHED),
    ],
)
def test_outcomes(verdict, said, outcome):
    assert compare(verdict, said) == outcome


def test_a_text_that_cannot_be_read_is_an_error():
    assert ask_validate("a: [", settings_for("0.3")).errors == {"input"}


def test_a_seed_draws_the_same_mutants_and_each_differs_from_its_source():
    first = list(draw_mutants(SOURCES, VOCABULARY, "7", MUTANTS))
    assert first == list(draw_mutants(SOURCES, VOCABULARY, "7", MUTANTS))
    assert len(first) == MUTANTS
    texts = {mutant.text for mutant in first}
    assert len(texts) > MUTANTS / 2
    assert {mutant.group for mutant in first} > {"keys", "providers", "registrations"}
    assert texts != {each.text for each in draw_mutants(SOURCES, VOCABULARY, "8", 40)}


@pytest.mark.conformance
@pytest.mark.parametrize("release", ["0.2.23", "0.7.3", "1.5.0"])
def test_random_faults_are_found_and_nothing_else_is(release):
    required(release)
    cases = list(find_cases(release, MUTANTS, SEED, most_sources=0))
    outcomes = {case.outcome for case in cases}
    assert {FOUND, QUIET} <= outcomes
    assert [case for case in cases if case.outcome in WRONG] == []
