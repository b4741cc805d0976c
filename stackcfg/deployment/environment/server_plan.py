"""What is known of a server before anything of it is changed."""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.deployment.environment.arguments import Launch, NewCommand
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.server import Server
from stackcfg.deployment.environment.values import BUILT_IN, KNOWN, UNKNOWN
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.home_paths import Homes, upstream_homes
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.changes import NEW_FOLDER_VARIABLE, OLD_FOLDER_VARIABLE
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    is_server_image,
    new_variable,
)
from stackcfg.releases.versions import Release

CONFIG_DIRS: Final = (OLD_FOLDER_VARIABLE, NEW_FOLDER_VARIABLE)
CERTIFICATE: Final = lazy_pattern(r"(?m)^[ \t]*tls_certfile:[ \t]*[^\s#]")


class ServerPlan(NamedTuple):
    """A server, the changes that collect what becomes of it, and how."""

    server: Server
    changes: PlaceChanges
    target: Release
    launch: Launch
    renaming: Renaming


def plan_server(
    server: Server,
    changes: PlaceChanges,
    target: Release,
) -> ServerPlan:
    """Return how a server becomes one of a release."""
    serves_tls = any(CERTIFICATE.search(text) for text in server.configs)
    renaming = Renaming(
        names=dict(_renamed_variables(server, target)),
        homes=_homes_of(server, target),
        moves_folder=_moves_folder(server),
        is_interpolated=server.is_interpolated,
    )
    launch = Launch(target, serves_tls=serves_tls)
    return ServerPlan(
        server=server,
        changes=changes,
        target=target,
        launch=launch,
        renaming=renaming,
    )


def _renamed_variables(server: Server, target: Release) -> Iterator[tuple[str, str]]:
    """Yield the variables with another name, and that; not where it is taken."""
    if not server.is_old:
        return
    known = server.known
    for name in known:
        new = new_variable(name, target)
        if new and new not in known:
            yield name, new


def _homes_of(server: Server, target: Release) -> Homes:
    home = server.known.get("HOME")
    if home is not None and home.value:
        return Homes((home.value.rstrip("/"),))
    if is_server_image(server.image_name):
        return upstream_homes(target)
    return Homes()


def _moves_folder(server: Server) -> bool:
    """Return whether the folder of a server has another name afterwards.

    With a folder of its own, ogx moves nothing; a container's is moved
    all the same, with the mount.
    """
    named = any(name in server.known for name in CONFIG_DIRS)
    if server.is_host:
        return not named
    return server.is_old or not named


def config_kind(plan: ServerPlan, new: NewCommand) -> str:
    """Return which config a server reads: built-in, known or unknown."""
    server = plan.server
    if server.configs:
        return KNOWN
    if server.names_unknown_config or "/" in new.config or "." in new.config:
        return UNKNOWN
    if new.config and "$" not in new.config:
        return BUILT_IN
    variables = {*server.known, *dict(new.variables)}
    if server.runs_image and ENTRYPOINT_CONFIG not in variables:
        return BUILT_IN
    return UNKNOWN
