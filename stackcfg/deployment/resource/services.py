"""Who calls the old server by the name of its Service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackcfg.deployment.changes import FileNote
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.migration.changes import CHECK, INFO


def note_old_services(
    files: DeploymentFiles, conversions: Sequence[Conversion]
) -> Iterator[FileNote]:
    """Yield a note at each place of the input that names an old Service."""
    for conversion in conversions:
        names = conversion.names
        pattern = re.compile(rf"(?<![\w.-]){re.escape(names.old_service)}(?![\w-])")
        for file in files.holding(names.old_service):
            for match in pattern.finditer(files.texts[file]):
                said = _describe(conversion)
                yield FileNote(file, conversion.place, *said, match.start())


def _describe(conversion: Conversion) -> tuple[str, str]:
    """Return what to say where the old Service is named: severity, message."""
    old, new = conversion.names.old_service, conversion.names.new_service
    if conversion.settings.adopt_networking:
        return INFO, f"'{old}' is adopted and stays; '{new}' is the name to change to"
    return CHECK, (
        f"'{old}' goes with the old server: write '{new}', or keep it with "
        "'--adopt-networking'"
    )
