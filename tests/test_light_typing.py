"""Records of `light_typing` are those that `typing` makes."""

from __future__ import annotations

import copy
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


def test_mistakes_are_refused_alike():
    for record in (Ours, Theirs):
        with pytest.raises(TypeError, match=r"missing 1 required.*: 'name'"):
            record()
        with pytest.raises(TypeError, match="unexpected keyword argument 'zzz'"):
            record("a", zzz=1)
        with pytest.raises(TypeError, match=r"takes from 2 to 3 .* 4 were given"):
            record("a", 1, 2)
        with pytest.raises(TypeError):
            record._make(["a"])
        with pytest.raises((TypeError, ValueError), match="zzz"):
            record("a")._replace(zzz=1)


def test_a_record_is_copied_compared_and_taken_apart_as_others():
    for record in (Ours, Theirs):
        made = record(number=4, name="a")
        assert copy.copy(made) == copy.deepcopy(made) == made == ("a", 4)
        assert made._asdict() == {"name": "a", "number": 4}
        assert hash(made) == hash(("a", 4))
        match made:
            case record(name, number=4):
                assert name == "a"
            case _:
                pytest.fail("the pattern does not fit")
        assert typing.get_type_hints(record) == {"name": str, "number": int}


def test_a_record_may_be_generic():
    assert OursOf(1).result == 1
    assert OursOf[int](result=2).result == 2
