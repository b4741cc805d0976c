"""What `stackcfg.migrate` and `stackcfg.validate` return: results that
can report.
"""

from __future__ import annotations

from stackcfg.light_typing import Any
from stackcfg.migration.result import MigratedFile, MigrationResult
from stackcfg.releases.families import describe_judge
from stackcfg.reports.json_document import to_dict
from stackcfg.reports.migrate import json as migrate_json
from stackcfg.reports.validate import json as validate_json
from stackcfg.validation import engine
from stackcfg.validation.findings import FileResult


class Migration(MigrationResult):
    """A migrated text, with what happened to each run config in it."""

    __slots__ = ()

    def to_dict(self, file: str = "<string>") -> dict[str, Any]:
        """Return the entry of the JSON report for this text, under the
        name of a file.

        The shape is `FileReport` in `schemas/migrate-report-v2.json`.
        """
        return to_dict(migrate_json.describe_file(MigratedFile(file, self)))


class Validation(engine.Validation):
    """The findings in a text, in its order."""

    __slots__ = ()

    def to_dict(self, file: str = "<string>") -> dict[str, Any]:
        """Return the entry of the JSON report for this text, under the
        name of a file.

        The shape is `CheckedFile` in `schemas/validate-report-v1.json`.
        """
        judges = tuple(dict.fromkeys(map(describe_judge, self.targets)))
        result = FileResult(file, self.findings, ignored=self.ignored, judges=judges)
        return to_dict(validate_json.describe_file(result))
