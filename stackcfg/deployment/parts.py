"""The parts of the deployment migration: what each one looks for, and does.

A part reads the files of a run and yields changes: edits on their
texts, notes, steps for the runbook. It is asked only if one of its
marks is in a text.
"""

from __future__ import annotations

from importlib import import_module

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.file_kinds import DOCKERFILE, SCRIPT, UNIT, kind_of


class Part(NamedTuple):
    """A part: a module with `run(files)`, and the words it cannot do without.

    `kind` is the kind of files that it looks at, if it is for one kind
    only: every run config has some of the words.
    """

    module: str
    marks: tuple[str, ...]
    kind: str = ""

    def concerns(self, files: DeploymentFiles) -> bool:
        """Return whether the part can find anything in the files of a run."""
        if not any(files.holding(*self.marks)):
            return False
        if not self.kind:
            return True
        return any(
            kind_of(name, files.texts[name]) == self.kind for name in files.texts
        )

    def run(self, files: DeploymentFiles) -> DeploymentChanges:
        """Yield the changes of this part. Its module is imported only now."""
        module = import_module(f"stackcfg.deployment.{self.module}")
        changes: DeploymentChanges = module.run(files)
        return changes


PARTS: Final[tuple[Part, ...]] = (
    Part("resource.part", ("LlamaStackDistribution", "OGXServer")),
    Part("environment.pods", ("containers", "patches")),
    Part("environment.kustomize_images", ("newTag", "newName")),
    Part("environment.compose", ("services",)),
    Part("environment.dockerfiles", ("FROM ", "from "), DOCKERFILE),
    Part("environment.units", ("[Service]", "[Container]"), UNIT),
    Part("environment.scripts", ("#!", "llama", "ogx"), SCRIPT),
    Part("environment.other_starts", ("llama",)),
    Part("environment.unread_files", ("llama",)),
)
"""All parts, in the order in which they report."""


def may_hold_deployment(text: str) -> bool:
    """Return whether a text is worth a look of any part."""
    return any(mark in text for part in PARTS for mark in part.marks)
