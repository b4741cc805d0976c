"""Within 0.2: the `-openai-compat` inference providers were removed (0.2.16,
#2849).

Their services remain. Each becomes the plain provider of the same service.
`openai_compat_api_base` becomes that provider's own key; groq and cerebras add
the path of the address themselves. `remote::llama-openai-compat` stays as it
is.
"""

from __future__ import annotations

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, value_at

OLD = "openai_compat_api_base"


class _Service(NamedTuple):
    """The key of a provider's address, and the path that the provider
    adds to it.
    """

    key: str
    added_path: str = ""


SERVICES = {
    "fireworks": _Service("url"),
    "together": _Service("url"),
    "sambanova": _Service("url"),
    "groq": _Service("url", "/openai/v1"),
    "cerebras": _Service("base_url", "/v1"),
}


def run(context: StepContext) -> Changes:
    """Write the new type and the new key."""
    for name, service in SERVICES.items():
        old_kind = f"remote::{name}-openai-compat"
        for path, config in context.configs_of("inference", old_kind):
            type_path = (*path[:-1], "provider_type")
            yield from context.text.set(type_path, f"remote::{name}")
            if OLD in config and service.key not in config:
                yield from _move_address(context, (*path, OLD), service)


def _move_address(context: StepContext, path: Path, service: _Service) -> Changes:
    address = value_at(context.data, path)
    yield from context.text.rename(path, service.key)
    if not service.added_path or not isinstance(address, str):
        return
    shorter = _without_path(address, service.added_path)
    if shorter is not None:
        yield from context.text.set(path, shorter)
        return
    message = (
        f"the server adds '{service.added_path}' to '{service.key}'; write the address "
        "without it"
    )
    yield context.check(message, path)


def _without_path(address: str, end: str) -> str | None:
    """Return an address without its path; None where it does not end in that.

    The path can also be at the end of a variable's default.
    """
    for tail in ("", "/", "}", "/}"):
        if address.endswith(end + tail):
            return address.removesuffix(end + tail) + tail.strip("/")
    return None
