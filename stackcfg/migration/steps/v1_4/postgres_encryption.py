"""ogx 1.3 → 1.4: SQL on Postgres reads `ssl_mode` and `ca_cert_path` (1.4.0).

Before, both were dropped. Source: the config models of ogx 1.3.1 and
1.4.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.sections import BACKENDS_PATH

FIELDS = ("ssl_mode", "ca_cert_path")


def run(context: StepContext) -> Changes:
    """Report each setting that takes effect now."""
    for name, backend in context.written.backends.items():
        if guess_value(backend.type) != "sql_postgres":
            continue
        for field in FIELDS:
            if backend.fields.get(field):
                message = (
                    f"'{field}' of '{name}' takes effect now and was dropped before; "
                    "check that the database agrees"
                )
                yield context.check(message, (*BACKENDS_PATH, name, field))
