"""0.5.0 → 0.5.1: a file without `storage.backends` gets databases in the place that was meant (upstream #4897).

0.4.0 to 0.5.0 take their own default literally: they keep the data below the working directory, in a folder whose
name begins with `${env.SQLITE_STORE_DIR:=`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.paths import value_at
from stackcfg.runconfig.sections import BACKENDS_PATH


def run(context: StepContext) -> Iterator[Change]:
    """A note where the file has no backends."""
    backends = value_at(context.data, BACKENDS_PATH)
    if isinstance(backends, Mapping) and backends:
        return
    folder = "'${env.SQLITE_STORE_DIR:=…}' below the working directory"
    message = f"data that 0.4.0 to 0.5.0 stored without 'storage.backends' is in the folder {folder}: move its files"
    yield StepNote(CHECK, message, context.text.offset(BACKENDS_PATH))
