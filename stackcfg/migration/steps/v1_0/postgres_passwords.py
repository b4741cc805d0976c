"""Within ogx 1.0: SQL on Postgres takes user and password as they are (1.0.3).

Before, both were part of a URL as they stood, where `%40` means `@`.
Source: `engine_str` of the backend's model in ogx 1.0.2 and 1.0.3.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path
from stackcfg.patterns import lazy_pattern
from stackcfg.runconfig.placeholders import guess_value, has_placeholder
from stackcfg.runconfig.sections import BACKENDS_PATH

FIELDS: Final = ("user", "password")

_ENCODED: Final = lazy_pattern(r"%[0-9A-Fa-f]{2}")


def run(context: StepContext) -> Changes:
    """Decode what is percent-encoded; what a variable provides is left alone."""
    for name, backend in context.written.backends.items():
        if guess_value(backend.type) != "sql_postgres":
            continue
        for field in FIELDS:
            value = backend.fields.get(field)
            # no server before 1.0.3 connects with an '@' in it
            if isinstance(value, str) and _ENCODED.search(value) and "@" not in value:
                yield from _decode(context, (*BACKENDS_PATH, name, field), value)


def _decode(context: StepContext, path: Path, value: str) -> Changes:
    *_, name, field = path
    problem = f"'{field}' of '{name}' is no longer part of a URL, which decoded it"
    if has_placeholder(value):
        message = f"{problem}; write it and its variable without percent-encoding"
        yield context.check(message, path)
        return
    message = f"{problem}; it is written without percent-encoding now"
    yield context.check(message, path)
    from urllib.parse import unquote  # few files have such a password

    yield from context.text.set(path, unquote(value))
