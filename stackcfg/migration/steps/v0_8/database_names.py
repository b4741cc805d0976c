"""0.7 → ogx 0.8: databases that a backend does not name are called `ogx`, not `llamastack` (upstream #5613).

The same for the table of a Postgres and the collection of a MongoDB KV backend: `ogx_kvstore`, not
`llamastack_kvstore`. The old names are written out, so that the data stays where it is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import INFO, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.releases.stores import engines
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.yamltext.emit import Field


def run(context: StepContext) -> Iterator[Change]:
    """Write the names that each backend had by default."""
    for name, backend in context.written.backends.items():
        path = ("storage", "backends", name)
        for field, value in _old_names(guess_value(backend.type)):
            if field not in backend.fields:
                message = f"'{field}: {value}' of '{name}' was the default until 0.7.3; it is another one now"
                yield StepNote(INFO, message, context.text.offset(path))
                yield Put((*path, field), value)
                yield added(context, path, Field(field, value))


def _old_names(kind: str) -> Iterator[tuple[str, str]]:
    for engine in engines():
        if engine.type == kind and engine.defaults().get("db"):
            yield "db", engine.defaults()["db"]
            if engine.table_field:
                yield engine.table_field, engine.table()
