"""What is to change at one place of a file, collected for the engine."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.changes import DeploymentChange, FileEdit, FileNote, Seen
from stackcfg.deployment.environment.regions import Region
from stackcfg.manifests.server_evidence import ServerEvidence
from stackcfg.migration.changes import CHECK
from stackcfg.yamltext.edits import Edit


class PlaceChanges:
    """What is to change at one place of a file: strings, other edits, notes."""

    def __init__(
        self,
        file: str,
        place: str,
    ) -> None:
        self.file = file
        self.name = place
        self._regions: list[Region] = []
        self._edits: list[Edit] = []
        self._notes: list[tuple[str, str, int]] = []

    def add_regions(self, *regions: Region) -> None:
        """Take strings whose edits are made at the end."""
        self._regions += regions

    def add_edits(self, *edits: Edit) -> None:
        """Take edits of the text."""
        self._edits += edits

    def note(
        self,
        severity: str,
        message: str,
        offset: int,
    ) -> None:
        """Take a note on a place of the text."""
        self._notes.append((severity, message, offset))

    def add_evidence(
        self,
        evidence: ServerEvidence,
        offset: int,
    ) -> None:
        """Say why a server is seen here, where that is not its command."""
        if not evidence.is_proved:
            message = (
                f"treated as a server, since {evidence.reason}; "
                "if it is none, undo its changes"
            )
            self.note(CHECK, message, offset)

    def changes(self) -> Iterator[DeploymentChange]:
        """Yield all of it. Raises `ParseError` for a scalar that must stay."""
        yield Seen(self.file, self.name)
        edits = [edit for region in self._regions for edit in region.edits()]
        for edit in [*edits, *self._edits]:
            yield FileEdit(self.file, self.name, edit)
        for severity, message, offset in dict.fromkeys(self._notes):
            yield FileNote(
                file=self.file,
                place=self.name,
                severity=severity,
                message=message,
                offset=offset,
            )
