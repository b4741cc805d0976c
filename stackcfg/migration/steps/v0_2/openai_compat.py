"""Within 0.2: the `-openai-compat` inference providers are gone, their services remain (0.2.16, upstream #2849).

Each becomes the plain provider of the same service. `openai_compat_api_base` becomes that one's own key; groq and
cerebras add the path behind the host themselves. `remote::llama-openai-compat` stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import CHECK, Change, Delete, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import providers_of, renamed_key, rewritten
from stackcfg.paths import Path, value_at

OLD: Final = "openai_compat_api_base"
SERVICES: Final = {
    "fireworks": ("url", ""),
    "together": ("url", ""),
    "sambanova": ("url", ""),
    "groq": ("url", "/openai/v1"),
    "cerebras": ("base_url", "/v1"),
}
"""By service: the key that holds the address, and the end of the old address that the new provider adds itself."""


def run(context: StepContext) -> Iterator[Change]:
    """Write the new type and the new key."""
    for service, (key, added_path) in SERVICES.items():
        for path, entry in providers_of(
            context, "inference", f"remote::{service}-openai-compat"
        ):
            yield from rewritten(
                context, (*path, "provider_type"), f"remote::{service}"
            )
            config = value_at(entry, ("config",))
            if isinstance(config, dict) and OLD in config and key not in config:
                yield from _address(
                    context, (*path, "config"), config[OLD], key, added_path
                )


def _address(
    context: StepContext, path: Path, value: Any, key: str, added_path: str
) -> Iterator[Change]:
    holder = context.text.editable_node(path)
    entry = holder.entry(OLD) if holder is not None else None
    if entry is None:
        return
    yield Delete((*path, OLD))
    yield renamed_key(entry[0], key)
    if added_path and isinstance(value, str):
        shorter = _without(value, added_path)
        if shorter is None:
            message = (
                f"'{key}' gets '{added_path}' added to it: write the address without it"
            )
            yield StepNote(CHECK, message, context.text.offset((*path, OLD)))
        else:
            yield from (
                each
                for each in rewritten(context, (*path, OLD), shorter)
                if not isinstance(each, Put)
            )
            value = shorter
    yield Put((*path, key), value)


def _without(value: str, end: str) -> str | None:
    """The address without its end, also where that is the end of a variable's default."""
    for tail in ("", "/", "}", "/}"):
        if value.endswith(end + tail):
            return value.removesuffix(end + tail) + tail.strip("/")
    return None
