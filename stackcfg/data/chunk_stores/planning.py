"""Plans whose chunks are completed.

Pure: nothing here looks at the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stackcfg.data.chunk_stores.moves import ChunkMove
from stackcfg.data.chunk_stores.opening import CLIENTS, find_missing_package
from stackcfg.data.disk.moves import FileMove
from stackcfg.data.environment import MissingVariableError, find_missing_variable
from stackcfg.data.row_rules.chunks import RULE
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import VECTOR_IO
from stackcfg.runconfig.values import as_string


def plan_chunk_stores(
    files: Iterable[FileMove], upgrade: Upgrade
) -> Iterator[ChunkMove]:
    """Yield the databases whose chunks lack what is required, among
    files and on servers.

    Raises `MissingVariableError`.
    """
    if not RULE.is_due(VECTOR_IO, upgrade, in_place=True):
        return
    types = {
        f"{VECTOR_IO} {provider_id}": provider_type
        for provider_id, provider_type in upgrade.old.provider_ids(VECTOR_IO).items()
    }
    for move in files:
        provider_type = types.get(move.store, "")
        if provider_type not in CLIENTS or move.left:
            continue
        if not find_missing_package(provider_type):
            yield ChunkMove(provider_type, move)
    for name, provider_type in types.items():
        client = CLIENTS.get(provider_type)
        if client is not None and client.address:
            yield from _plan_server(name, provider_type, client.address, upgrade)


def _plan_server(
    name: str, provider_type: str, field: str, upgrade: Upgrade
) -> Iterator[ChunkMove]:
    provider_id = name.removeprefix(f"{VECTOR_IO} ")
    successor = upgrade.provider_for(VECTOR_IO, provider_id)
    if successor is None or find_missing_package(provider_type):
        return
    old = upgrade.old.provider_config(VECTOR_IO, provider_id)
    new = upgrade.new.provider_config(VECTOR_IO, successor)
    address = as_string(new.get(field))
    if upgrade.new.provider_ids(VECTOR_IO)[successor] != provider_type:
        return
    if not address or address != old.get(field):
        return
    variable = find_missing_variable(address)
    if variable is not None:
        raise MissingVariableError(variable, f"'{field}' of '{name}'")
    files = FileMove(name, address, address)
    yield ChunkMove(provider_type, files, is_remote=True)
