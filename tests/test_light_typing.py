"""Records of `light_typing` are those that `typing` makes."""

from __future__ import annotations

import pickle
import typing

import pytest

from stackcfg import light_typing


class Ours(light_typing.NamedTuple):
    """A record."""

    name: str
    number: int = 3

    @property
    def doubled(self) -> int:
        return 2 * self.number


class Theirs(typing.NamedTuple):
    """A record."""

    name: str
    number: int = 3

    @property
    def doubled(self) -> int:
        return 2 * self.number


class OursOf(light_typing.NamedTuple, light_typing.Generic[object]):
    result: object


@pytest.mark.parametrize(
    "attribute",
    ["__doc__", "__module__", "_fields", "_field_defaults", "__match_args__"],
)
def test_a_record_has_what_typing_gives_it(attribute):
    assert getattr(Ours, attribute) == getattr(Theirs, attribute)


def test_a_record_names_itself():
    assert Ours.__qualname__ == "Ours"
    assert set(Ours.__annotations__) == set(Theirs.__annotations__)


def test_records_behave_alike():
    ours, theirs = Ours("a"), Theirs("a")
    assert tuple(ours) == tuple(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._replace(number=5).doubled == theirs._replace(number=5).doubled == 10
    assert pickle.loads(pickle.dumps(ours)) == ours
    with pytest.raises(AttributeError):
        ours.number = 4
    with pytest.raises(TypeError):
        Ours()


def test_a_record_may_be_generic():
    assert OursOf(1).result == 1
    assert OursOf[int](result=2).result == 2
