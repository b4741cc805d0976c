"""Names of `typing` without its import, which takes a tenth of a start.

Modules that every start loads import them from here, and have
`from __future__ import annotations`. Type checkers read the names of `typing` itself.
At run time, annotations are not evaluated, so all of them but `NamedTuple` are empty
names. Records are those of `collections.namedtuple`, which compiles a function for each
and gives it methods of its own: all that a start loads would take another tenth.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]
from functools import cache
from types import FunctionType

# Type checkers read it as true.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import (
        Any,
        Final,
        Generic,
        Literal,
        NamedTuple,
        Protocol,
        TextIO,
        TypeAlias,
        TypeGuard,
        TypeVar,
    )
else:

    class _Unread:
        """A name that only type checkers read; `_Unread[...]` is itself."""

        def __init__(self, *arguments: object) -> None:
            """Take what a `TypeVar` is given."""

        def __class_getitem__(cls, arguments: object) -> type:
            return cls

    Any = Final = Literal = TextIO = TypeAlias = TypeGuard = TypeVar = _Unread
    Generic = Protocol = _Unread

    class _Record(tuple):
        """What records have in common."""

        __slots__ = ()
        _fields = ()

        @classmethod
        def _make(cls, values: Iterable[object]) -> _Record:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{cls.__name__} has {len(cls._fields)} fields")
            return made

        def _replace(self, /, **changes: object) -> _Record:
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"no fields: {list(changes)}")
            return made

        __replace__ = _replace

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            fields = [f"{name}={value!r}" for name, value in self._asdict().items()]
            return f"{type(self).__name__}({', '.join(fields)})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

    @cache
    def _constructor_for(count: int) -> FunctionType:
        """Return a function that makes a record of so many fields."""
        names = "".join(f"field_{number}, " for number in range(count))
        source = f"lambda _cls, {names}: _new(_cls, ({names}))"
        return eval(source, {"_new": tuple.__new__})

    def _make_constructor(
        record: str, fields: tuple[str, ...], defaults: tuple[object, ...]
    ) -> FunctionType:
        """Return the constructor of a record, whose parameters are its fields."""
        shape = _constructor_for(len(fields))
        code = shape.__code__.replace(co_varnames=("_cls", *fields))
        made = FunctionType(code, shape.__globals__, "__new__", defaults)
        made.__qualname__ = f"{record}.__new__"
        return made

    class _RecordType(type):
        """Makes a record of a class body as `typing.NamedTuple` does."""

        def __new__(
            cls, name: str, bases: tuple[type, ...], body: dict[str, object]
        ) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {each: body.pop(each) for each in fields if each in body}
            body.setdefault("__doc__", f"{name}({', '.join(fields)})")
            body["__slots__"] = ()
            body["__new__"] = _make_constructor(name, fields, tuple(defaults.values()))
            body["_field_defaults"] = defaults
            body["_fields"] = body["__match_args__"] = fields
            for index, field in enumerate(fields):
                body[field] = _tuplegetter(index, f"Field {index}")
            return type(name, (_Record,), body)

    class NamedTuple(metaclass=_RecordType):
        """A record of fields that are written with their types, as in `typing`."""


__all__ = [
    "TYPE_CHECKING",
    "Any",
    "Final",
    "Generic",
    "Literal",
    "NamedTuple",
    "Protocol",
    "TextIO",
    "TypeAlias",
    "TypeGuard",
    "TypeVar",
]
