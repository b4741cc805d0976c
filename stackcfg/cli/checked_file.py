"""What `validate` found in one file, as data that processes and caches pass on."""

from __future__ import annotations

from stackcfg.light_typing import NamedTuple
from stackcfg.reports.validate.counts import Counts
from stackcfg.validation.baseline import KnownFinding
from stackcfg.validation.findings import FileResult


class Checked(NamedTuple):
    """What was found in one file.

    `judges` are the releases that judged, `is_old`: only ones before the
    catalog, and nobody asked for them. `printed` is its part of the output.
    `result` is kept only for formats that are one document about all files.
    `fixed` counts its fixes, if they were asked for, `fixable` those left,
    `unsafe` those that are left out since they are not safe.
    `gone` are findings of the baseline that it does not have any more.
    """

    code: int
    counts: Counts
    judges: tuple[str, ...] = ()
    is_old: bool = False
    printed: str = ""
    result: FileResult | None = None
    fixed: int = 0
    fixable: int = 0
    unsafe: int = 0
    gone: tuple[KnownFinding, ...] = ()
