"""Within 0.2: providers require stores that they did not have before
(0.2.8 - 0.2.17).

agents: `responses_store` (0.2.8, upstream #2233); vector_io: `kvstore`
(0.2.13 #2470, 0.2.15 #2665, 0.2.16 #2489, 0.2.17 #2465). The models
call them optional, but their default is a string, or null, that no
provider can use: the server fails at start. Each store gets a database
file of its own, in the folder of another store of the file.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.inline_stores import (
    first_folder,
    inner_mappings,
    new_inline_store,
)
from stackcfg.paths import Data, Path, mapping_at, value_at
from stackcfg.releases.models import config_model
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.stores import INLINE, SQL, StoreField
from stackcfg.runconfig.values import as_string

APIS = ("agents", "vector_io")


def run(context: StepContext) -> Changes:
    """Add the stores that the target requires."""
    # a file with a catalog has references instead
    if "storage" in context.data:
        return
    for api in APIS:
        for path, config in context.configs_of(api):
            # `persistence` is the form of 0.3: the file is half migrated
            if config and "persistence" not in config:
                yield from _add_stores(context, path, config)


def _add_stores(context: StepContext, path: Path, config: Data) -> Changes:
    api = str(path[1])
    type_path = (*path[:-1], "provider_type")
    kind = as_string(value_at(context.data, type_path))
    for fact in context.store_fields.provider_fields(
        api, kind, context.version, INLINE
    ):
        name = fact.path[0]
        is_required = fact.required or _is_required(context, api, kind, name)
        if name in config or not is_required:
            continue
        message = (
            f"'{name}' of {kind} is a new store; it begins empty, since earlier "
            "releases did not keep it"
        )
        yield context.info(message, type_path)
        yield from context.text.add((*path, name), _new_store(context, fact, path))


def _is_required(context: StepContext, api: str, kind: str, name: str) -> bool:
    spec = provider_spec(api, kind, context.version)
    if spec is None:
        return False
    field = config_model(spec.config, context.version).fields.get(name)
    if field is None:
        return False
    return not (field.kind[0] == "union" and "none" in field.kind)


def _new_store(context: StepContext, fact: StoreField, path: Path) -> Data:
    config = mapping_at(context.data, path)
    others = inner_mappings(config)
    metadata = mapping_at(context.data, ("metadata_store",))
    folder = first_folder((*others, config, metadata))
    file_name = _file_name(context, fact, path)
    return new_inline_store(context, fact.family, others, folder, file_name)


def _file_name(context: StepContext, fact: StoreField, path: Path) -> str:
    """Return a file name as in upstream's own files.

    It has a number where several providers share a type.
    """
    if fact.family == SQL:
        return f"{fact.path[0]}.db"
    word = fact.provider_type.rpartition("::")[2].replace("-", "_")
    same_type = list(context.all_providers_of(fact.api, fact.provider_type))
    suffix = f"_{path[2]}" if len(same_type) > 1 else ""
    return f"{word}_registry{suffix}.db"
