"""Containers that mount a run config of the run, and of which nothing
proves that they start the server: an image and a command of one's own
say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.deployment.environment.mounted_configs import MountedConfig
from stackcfg.deployment.environment.regions import PlaceChanges
from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.loading.here_documents import find_written_configs
from stackcfg.loading.release_fit import detect_releases
from stackcfg.manifests.containers import Container
from stackcfg.manifests.file_kinds import kind_of
from stackcfg.migration.changes import CHECK
from stackcfg.migration.settings import Settings
from stackcfg.releases.server_environment import new_variable
from stackcfg.releases.stores import with_declared_fields
from stackcfg.releases.versions import Release


def note_unproved_reader(
    container: Container,
    mounted: Sequence[MountedConfig],
    settings: Settings,
    release: Release,
) -> Iterator[PlaceChanges]:
    """Yield a note on a container that stays as it is while its run
    config becomes one of ogx; none for a run config that ogx reads
    already.
    """
    changed = [each for each in mounted if has_old_config(each.text, settings, release)]
    if not changed:
        return
    first = changed[0]
    message = (
        f"this container mounts a run config ({first.place or first.file}) that is for "
        "ogx now; it stays, since nothing proves that it starts the server; if it does, "
        "its image and command must be those of ogx"
    )
    names = [name for name in container.variables if new_variable(name, release)]
    if names:
        pairs = [f"'{name}' is '{new_variable(name, release)}'" for name in names]
        message += f", and {', '.join(pairs)}"
    changes = PlaceChanges(container.file, container.place)
    changes.note(CHECK, message, container.node.start)
    yield changes


def note_unread_config(
    file: str, text: str, settings: Settings, release: Release
) -> Iterator[PlaceChanges]:
    """Yield a note on the run config of a script or Dockerfile in which
    nothing is known to start the server; none for a run config that ogx
    reads already.
    """
    written = find_written_configs(text)
    if written and has_old_config(text, settings, release):
        message = (
            f"this run config is for ogx now, but nothing in this {kind_of(file, text)} "
            "is known to start the server; what reads the config must be ogx"
        )
        changes = PlaceChanges(file, "run config")
        changes.note(CHECK, message, written[0].start)
        yield changes


def has_old_config(
    text: str,
    settings: Settings,
    release: Release,
) -> bool:
    """Return whether a text has a run config that the release
    does not read as it is.
    """
    fields = with_declared_fields(settings.declared)
    try:
        configs = list(find_run_configs(read_documents(text)))
    except InputError:
        return False
    return any(
        release not in detect_releases(config, fields).releases for config in configs
    )
