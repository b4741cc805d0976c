"""What a command knows of an output format without importing it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from stackcfg.light_typing import Generic, NamedTuple, TypeVar

Results = TypeVar("Results")
Context = TypeVar("Context")


class Format(NamedTuple, Generic[Results, Context]):
    """One output format.

    `module` has a function `render(results, context) -> str`.
    `is_document`: one document about all files, also where nothing was
    found; the others are written file by file. `shows_source`: it needs
    the lines of the file. `holds_problems`: files that cannot be read
    are part of it; elsewhere the command reports them.
    """

    module: str
    is_document: bool = False
    shows_source: bool = False
    holds_problems: bool = False

    def render(self, results: Results, context: Context) -> str:
        """Return the results as text; the module is imported now."""
        module = import_module(f"stackcfg.reports.{self.module}")
        render: Callable[[Results, Context], str] = module.render
        return render(results, context)
