"""Names of `typing` without its import, which takes a tenth of a start.

Modules that every start loads import them from here, and have
`from __future__ import annotations`. Type checkers read the names of `typing` itself.
At run time, annotations are not evaluated, so all of them but `NamedTuple` are empty
names.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

try:
    # what `namedtuple` reads fields with: faster than a property
    from _collections import _tuplegetter as _getter  # type: ignore[import-not-found]
except ImportError:

    def _getter(index: int, doc: str) -> property:
        return property(itemgetter(index), doc=doc)


# Type checkers read it as true.
TYPE_CHECKING = False

if TYPE_CHECKING:
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
        """What all records share.

        `namedtuple` writes a constructor for every class. A start makes a hundred of
        these classes and half of them have records, so that the constructor is written
        with the first one.
        """

        __slots__ = ()

        def __new__(cls, *values: object, **named: object) -> _Record:
            """Return the first record of a class, and make its other ones fast."""
            cls.__new__ = staticmethod(_write_constructor(cls))
            return cls(*values, **named)

        @classmethod
        def _make(cls, values: Iterable[object]) -> _Record:
            """Return a record of values, one a field."""
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"{len(cls._fields)} values expected, not {len(made)}")
            return made

        def _replace(self, /, **changed: object) -> _Record:
            """Return a copy with other values in some fields."""
            values = map(changed.pop, self._fields, self)
            copy = tuple.__new__(type(self), values)
            if changed:
                raise ValueError(f"no fields: {', '.join(changed)}")
            return copy

        def _asdict(self) -> dict[str, object]:
            """Return the values by the names of their fields."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            """Return the call that makes the record."""
            pairs = zip(self._fields, self, strict=True)
            values = ", ".join(f"{name}={value!r}" for name, value in pairs)
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self) -> tuple[object, ...]:
            """Return what `pickle` makes the same record of."""
            return tuple(self)

    def _write_constructor(record: type[_Record]) -> object:
        """Return the `__new__` of a class of records, with a parameter a field."""
        names = ", ".join(record._fields)
        source = f"lambda _cls, {names}: _new(_cls, ({names},))"
        constructor = eval(source, {"_new": tuple.__new__})
        constructor.__defaults__ = tuple(record._field_defaults.values())
        constructor.__name__ = "__new__"
        constructor.__qualname__ = f"{record.__name__}.__new__"
        return constructor

    class _RecordType(type):
        """Makes a record of a class body as `typing.NamedTuple` does."""

        def __new__(
            cls, name: str, bases: tuple[type, ...], body: dict[str, object]
        ) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            for index, field in enumerate(fields):
                body[field] = _getter(index, f"Alias for field number {index}")
            body["_fields"] = body["__match_args__"] = fields
            body["_field_defaults"] = defaults
            body["__slots__"] = ()
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
