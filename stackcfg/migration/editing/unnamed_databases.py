"""The names that backends of 0.7 and earlier had by default, written out."""

from __future__ import annotations

from collections.abc import Callable

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.releases.stores import Engine, engine_defaults, engines
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.sections import BACKENDS_PATH


def write_old_names(
    context: StepContext, name_of: Callable[[Engine], tuple[str, str]]
) -> Changes:
    """Write the name that each backend of a server had by default.

    `name_of` returns the field of an engine and its default of 0.7; an
    engine without such a field has an empty default.
    """
    names = {each.type: name_of(each) for each in engines()}
    for name, backend in context.written.backends.items():
        field, value = names.get(guess_value(backend.type), ("", ""))
        if not value or field in backend.fields:
            continue
        path = (*BACKENDS_PATH, name)
        message = (
            f"'{field}: {value}' of '{name}' was the default until 0.7.3 "
            "and is written out"
        )
        yield context.info(message, path)
        yield from context.text.add((*path, field), value)


def database_of(engine: Engine) -> tuple[str, str]:
    """Return the field that names the database, and its default."""
    return "db", engine_defaults(engine).get("db", "")


def table_of(engine: Engine) -> tuple[str, str]:
    """Return the field that names the table or the collection, and its default."""
    return engine.table_field, engine.table()
