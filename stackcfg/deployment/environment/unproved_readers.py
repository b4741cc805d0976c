"""Containers that mount a run config of the run, and of which nothing
proves that they start the server: an image and a command of one's own
say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.mounted_configs import MountedConfig
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.loading.release_fit import detect_releases
from stackcfg.manifests.containers import Container
from stackcfg.manifests.file_kinds import kind_of
from stackcfg.migration.changes import CHECK
from stackcfg.releases.server_environment import new_variable
from stackcfg.releases.stores import with_declared_fields


def note_unproved_reader(
    container: Container,
    mounted: Sequence[MountedConfig],
    settings: DeploymentSettings,
) -> DeploymentChanges:
    """Yield a note on a container that stays as it is while its run
    config becomes one of ogx; none for a run config that ogx reads
    already.
    """
    changed = [each for each in mounted if has_old_config(each.text, settings)]
    if not changed:
        return
    first = changed[0]
    pairs: list[str] = []
    message = (
        f"this container mounts a run config ({first.place or first.file}) that is for "
        "ogx now; it stays, since nothing proves that it starts the server; if it does, "
        "its image and command must be those of ogx"
    )
    for name in container.variables:
        new = new_variable(name, settings.release)
        if new:
            pairs.append(f"'{name}' is '{new}'")
    if pairs:
        message += f", and {', '.join(pairs)}"
    changes = PlaceChanges(container.file, container.place)
    changes.note(CHECK, message, container.node.start)
    yield from changes.changes()


def note_unread_config(
    file: str, text: str, settings: DeploymentSettings
) -> Iterator[PlaceChanges]:
    """Yield a note on the run config of a script or Dockerfile in which
    nothing is known to start the server; none for a run config that ogx
    reads already.
    """
    written = find_written_configs(text)
    if written and has_old_config(text, settings):
        message = (
            f"this run config is for ogx now, but nothing in this {kind_of(file, text)} "
            "is known to start the server; what reads the config must be ogx"
        )
        changes = PlaceChanges(file, "run config")
        changes.note(CHECK, message, written[0].start)
        yield changes


def has_old_config(text: str, settings: DeploymentSettings) -> bool:
    """Return whether a text has a run config that the release
    does not read as it is.
    """
    fields = with_declared_fields(settings.migration.declared)
    try:
        configs = list(find_run_configs(read_documents(text)))
    except InputError:
        return False
    return any(
        settings.release not in detect_releases(config, fields).releases
        for config in configs
    )
