"""0.7 → ogx 0.8: the default database of Postgres is `ogx` (0.8.0, upstream
#5613).

It was `llamastack`. The default table of a Postgres KV backend and the
collection of a MongoDB KV backend change likewise, from `llamastack_kvstore`
to `ogx_kvstore`. The old names are written out, so that the server finds the
stored rows.
"""

from collections.abc import Iterator

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.releases.stores import engine_defaults, engines
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.sections import BACKENDS_PATH


def run(context: StepContext) -> Changes:
    """Write the names that each backend had by default."""
    for name, backend in context.written.backends.items():
        path = (*BACKENDS_PATH, name)
        for field, value in _old_defaults(guess_value(backend.type)):
            if field in backend.fields:
                continue
            message = (
                f"'{field}: {value}' of '{name}' was the default until 0.7.3 "
                "and is written out"
            )
            yield context.info(message, path)
            yield from context.text.add((*path, field), value)


def _old_defaults(backend_type: str) -> Iterator[tuple[str, str]]:
    for engine in engines():
        defaults = engine_defaults(engine)
        if engine.type != backend_type or not defaults.get("db"):
            continue
        yield "db", defaults["db"]
        if engine.table_field:
            yield engine.table_field, engine.table()
