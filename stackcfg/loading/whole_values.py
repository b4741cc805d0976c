"""Template expressions that write a whole mapping or list of a run
config, such as `metadata_store: {{ toJson .Values.store }}`.

They are read as strings. What is in them is not in the text, so that no
step sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.light_typing import Final
from stackcfg.loading.config_positions import position_of_path
from stackcfg.loading.configs import RunConfig
from stackcfg.loading.template_files import RUN_CONFIG, decided_by
from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.releases.resources import RESOURCES_SECTION, resource_lists
from stackcfg.releases.stores import load_store_fields
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.sections import AUTH, BACKENDS_PATH, STORES_PATH
from stackcfg.yamltext.templates import shorten_expression

_EXPRESSION: Final = re.compile(r"\s*\{\{[^{}]*\}\}\s*")

_SECTIONS: Final = (
    ("apis",),
    ("providers",),
    ("server",),
    AUTH,
    ("storage",),
    BACKENDS_PATH,
    STORES_PATH,
    (RESOURCES_SECTION,),
)
"""What is a mapping or a list in every release that has it."""


def refuse_whole_values(config: RunConfig) -> None:
    """Raise `StructureError` for the first mapping or list that an expression is."""
    for path in _places(config):
        value = value_at(config.data, path)
        if isinstance(value, str) and _EXPRESSION.fullmatch(value):
            position = position_of_path(config, path)
            raise decided_by(shorten_expression(value), RUN_CONFIG, position)


def _places(config: RunConfig) -> Iterator[Path]:
    """Yield the paths of mappings and lists that steps look into."""
    yield from _SECTIONS
    for section in (("providers",), BACKENDS_PATH, STORES_PATH):
        for name in mapping_at(config.data, section):
            yield (*section, name)
    for resource in resource_lists():
        yield (resource.old,)
        yield (RESOURCES_SECTION, resource.new)
    of_api: dict[str, set[Path]] = {}
    for field in load_store_fields().fields:
        of_api.setdefault(field.api, set()).add(field.path)
    yield from sorted(of_api.get("", ()))
    for api, index, _ in provider_entries(config.data):
        settings = ("providers", api, index, "config")
        yield settings
        for path in sorted(of_api.get(api, ())):
            yield (*settings, *path)
