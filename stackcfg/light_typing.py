"""Names of `typing` without its import, which takes a tenth of a start.

Modules that every start loads import them from here, and have `from
__future__ import annotations`. Type checkers read the names of `typing`
itself. At run time, annotations are not evaluated, so all of them but
`NamedTuple` are empty names.
"""

from __future__ import annotations

# Type checkers read it as true.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType
    from typing import (
        Any,
        Final,
        Generic,
        Literal,
        NamedTuple,
        Protocol,
        Self,
        TextIO,
        TypeAlias,
        TypeGuard,
        TypeVar,
    )
else:
    # what `namedtuple` reads fields with
    from _collections import _tuplegetter

    _Function = type(lambda: None)
    _codes: dict[int, CodeType] = {}

    class _Unread:
        """A name that only type checkers read; `_Unread[...]` is itself."""

        def __init__(self, *arguments: object) -> None:
            """Take what a `TypeVar` is given."""

        def __class_getitem__(cls, arguments: object) -> type:
            return cls

    Any = Final = Literal = Self = TextIO = TypeAlias = TypeGuard = TypeVar = _Unread
    Generic = Protocol = _Unread

    class _Record(tuple):
        """What all records do, as those of `collections.namedtuple` do it."""

        __slots__ = ()

        @classmethod
        def _make(cls, values: Iterable[object]) -> _Record:
            return cls(*values)

        def _replace(self, /, **changes: object) -> _Record:
            made = type(self)(*map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return made

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            shown = ", ".join(
                f"{key}={value!r}" for key, value in self._asdict().items()
            )
            return f"{type(self).__name__}({shown})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

    class _RecordType(type):
        """Makes a record of a class body as `typing.NamedTuple` does.

        `namedtuple` compiles a constructor for each class, which takes
        a twentieth of a start: this one compiles one for each number of
        fields.
        """

        def __new__(
            cls, name: str, bases: tuple[type, ...], body: dict[str, object]
        ) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            for number, field in enumerate(fields):
                body[field] = _tuplegetter(number, "")
            body["__slots__"] = ()
            body["__match_args__"] = body["_fields"] = fields
            body["_field_defaults"] = defaults
            body["__new__"] = _constructor_of(fields, tuple(defaults.values()))
            return type(name, (_Record,), body)

    def _constructor_of(
        fields: tuple[str, ...], defaults: tuple[object, ...]
    ) -> Callable[..., _Record]:
        code = _code_for(len(fields)).replace(co_varnames=("_cls", *fields))
        return _Function(code, {"_new": tuple.__new__}, "__new__", defaults)

    def _code_for(count: int) -> CodeType:
        """Return the code of a constructor with this number of fields."""
        if count not in _codes:
            fields = "".join(f"_{number}, " for number in range(count))
            made = eval(f"lambda _cls, {fields}: _new(_cls, ({fields}))")
            # errors name it
            _codes[count] = made.__code__.replace(co_qualname="__new__")
        return _codes[count]

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
    "Self",
    "TextIO",
    "TypeAlias",
    "TypeGuard",
    "TypeVar",
]
