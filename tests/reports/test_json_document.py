"""How shapes become JSON, and that no report needs what only the schemas need."""

from __future__ import annotations

import json

import pytest

from stackcfg.loading.errors import Problem
from stackcfg.reports.json_document import (
    describe_location,
    describe_problem,
    to_dict,
    to_json,
)
from stackcfg.reports.shape import Shape
from stackcfg.stores.store_map import Location
from tests.cli.test_startup import imported
from tests.support.running import ROOT, STARTER


class Inner(Shape):
    value: int | None


class Outer(Shape):
    inner: list[Inner]
    missing: str | None
    left_out: str | None = None
    given: str | None = None


SHAPE = Outer([Inner(1), Inner(None)], None, given="\x1b[31m")
PLAIN = {"inner": [{"value": 1}, {"value": None}], "missing": None, "given": "\x1b[31m"}


def test_only_fields_that_default_to_none_are_left_out():
    assert to_dict(SHAPE) == json.loads(to_json(SHAPE)) == PLAIN
    assert list(to_dict(SHAPE)) == list(PLAIN)


def test_nothing_in_a_document_steers_the_terminal():
    assert "\x1b" not in to_json(SHAPE)


def test_a_problem_of_a_whole_file_has_no_line():
    problem = describe_problem(Problem("no such file"))
    assert problem is not None
    assert to_dict(problem) == {"message": "no such file", "hint": ""}


def test_a_location_has_no_credentials():
    connection = (("host", "u:s3cret@db"), ("password", "s3cret"), ("port", "5432"))
    location = describe_location(Location("postgres", connection, "t"))
    assert location is not None
    assert set(location.connection) == {"host", "port"}
    assert "s3cret" not in to_json(location)


@pytest.mark.parametrize(
    "arguments",
    [
        ["migrate", "--check", "--report", "json", str(STARTER / "input.yaml")],
        ["validate", "--format", "json", str(STARTER / "output.yaml")],
        ["show", "--format", "json", str(STARTER / "output.yaml")],
    ],
    ids=lambda arguments: arguments[0],
)
def test_json_reports_need_no_pydantic(arguments):
    assert "pydantic" not in imported(*arguments)


def test_every_shape_is_closed():
    for path in (ROOT / "schemas").glob("*-report-*.json"):
        schema = json.loads(path.read_text())
        shapes = [schema, *schema["$defs"].values()]
        assert [each["title"] for each in shapes if each["additionalProperties"]] == []
