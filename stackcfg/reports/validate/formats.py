"""The formats of `validate` by name."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from stackcfg.reports.formats import Format

# Nothing else is imported here: `--help` lists the names of the formats.
if TYPE_CHECKING:
    from stackcfg.validation.findings import FileResult


class Context(NamedTuple):
    """What a format may show besides the results.

    `target` is the named one. `lines` are the lines of the only file,
    as they may be shown: secrets are masked. `width` > 0 is the number
    of columns of a terminal.
    """

    target: str = ""
    lines: Sequence[str] = ()
    colored: bool = False
    width: int = 0


ValidateFormat: TypeAlias = "Format[Sequence[FileResult], Context]"

FORMATS: Final[dict[str, ValidateFormat]] = {
    "full": Format("validate.full", shows_source=True),
    "concise": Format("validate.concise"),
    "json": Format("validate.json", is_document=True),
    "sarif": Format("validate.sarif", is_document=True),
    "github": Format("validate.github"),
    "gitlab": Format("validate.gitlab", is_document=True),
    "junit": Format("validate.junit", is_document=True),
    "markdown": Format("validate.markdown", is_document=True),
}

STATISTICS: Final[ValidateFormat] = Format("validate.statistics", is_document=True)
"""How often each rule found something, in place of the findings."""

BASELINE: Final[ValidateFormat] = Format("validate.baseline", is_document=True)
"""The findings as a file that later runs compare with."""
