"""Objects and files that a server gets many variables from at once."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.manifests.objects import ManifestObject
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.paths import mapping_at
from stackcfg.releases.server_environment import renamed_variables


def describe_source(name: str, found: ManifestObject | None) -> tuple[str, str]:
    """Return what to say of an object with variables: severity, message.

    Both are empty for an object of this run in which nothing is to be renamed.
    """
    if found is None:
        message = f"{name} is not in this run; variables of the server in it have "
        return CHECK, message + "other names, too; rename them there"
    pairs = list(_old_names(found))
    if not pairs:
        return "", ""
    message = f"{name} sets {', '.join(pairs)}; rename them there"
    return ACTION_REQUIRED, message


def _old_names(found: ManifestObject) -> Iterator[str]:
    for section in ("data", "stringData"):
        for key in mapping_at(found.data, (section,)):
            variable = renamed_variables().get(key)
            if variable is not None:
                yield f"{variable.old} (now {variable.new})"


FILE_OF_VARIABLES = (
    "variables of the server in this file have other names, too; rename them there"
)
"""What is said of a file of variables, which is not read here."""
