"""Variables of objects that a kustomization of the run makes."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.environment.env_files import describe_old_names
from stackcfg.deployment.environment.regions import ScalarRegion
from stackcfg.deployment.environment.server import PairVariable
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.deployment.generated_objects import GeneratedObject


def variables_of(made: GeneratedObject) -> Iterator[PairVariable]:
    """Yield the variables that are written in the kustomization itself."""
    listed = made.source.node.at((*made.path, "literals"))
    if listed is None:
        return
    for item in listed.items:
        if item.named is None and item.text:
            document = made.source.document
            yield PairVariable(ScalarRegion(document, item.target, listed.flow))


def describe_variable_files(
    made: GeneratedObject, files: DeploymentFiles
) -> Iterator[str]:
    """Yield what to say of each file of variables that the entry names."""
    for path in made.variable_files:
        name = files.name_beside(made.source.file, path)
        if name is None:
            yield (
                f"variables of the server in '{path}' have other names, too; "
                "rename them there"
            )
        else:
            yield from describe_old_names(files, name)
