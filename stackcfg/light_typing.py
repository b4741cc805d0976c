"""Names of `typing` without its import, which takes a tenth of a start.

Modules that every start loads import them from here, and have
`from __future__ import annotations`. Type checkers read the names of `typing` itself.
At run time, annotations are not evaluated, so all of them but `NamedTuple` are empty
names.
"""

from __future__ import annotations

from collections import namedtuple

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
        Self,
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

    Any = Final = Literal = Self = TextIO = TypeAlias = TypeGuard = TypeVar = _Unread
    Generic = Protocol = _Unread

    class _RecordType(type):
        """Makes a record of a class body as `typing.NamedTuple` does."""

        def __new__(
            cls, name: str, bases: tuple[type, ...], body: dict[str, object]
        ) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body.pop("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(
                name, fields, defaults=defaults, module=body.pop("__module__")
            )
            made.__annotations__ = fields
            for key, value in body.items():
                setattr(made, key, value)
            return made

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
