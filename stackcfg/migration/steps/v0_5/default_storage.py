"""0.5.0 → 0.5.1: the default databases are in another folder (upstream #4897).

This concerns files without `storage.backends`.

0.4.0 to 0.5.0 take their own default literally: they keep the data
below the working directory, in a folder whose name begins with
`${env.SQLITE_STORE_DIR:=`.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.runconfig.sections import BACKENDS_PATH


def run(context: StepContext) -> Changes:
    """Report the old folder where the file has no backends."""
    if mapping_at(context.data, BACKENDS_PATH):
        return
    message = (
        "0.4.0 to 0.5.0 stored data without 'storage.backends' in the folder "
        "'${env.SQLITE_STORE_DIR:=…}' below the working directory; move its "
        "files"
    )
    yield context.check(message, BACKENDS_PATH)
