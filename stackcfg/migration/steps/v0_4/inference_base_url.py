"""0.3 → 0.4: `url` of remote inference providers becomes `base_url`, the whole address (0.4.0, upstream #4177).

Each old provider added an ending of its own, which is written out now; 0.4 drops the old key in silence and calls the
provider's default address. Sources: `get_base_url` of each provider in 0.3.5 and 0.4.5. The ending is written outside of
a variable, so that what people export goes on working; upstream's own files changed the default inside instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urljoin

from stackcfg.migration.changes import CHECK, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.paths import Path, value_at
from stackcfg.runconfig.placeholders import (
    add_default,
    fill_defaults,
    has_placeholder,
    is_conditional,
    may_be_empty,
    remove_defaults,
    remove_placeholders,
)
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string

NEW: Final = "base_url"
APPEND: Final = "append_api_version"


@dataclass(frozen=True, slots=True)
class _Address:
    """How a provider of 0.3 called the key of its address, and what it added to the address.

    `root`: the ending took the place of any path. `fixed` is the address that was called whatever the config said.
    `nullable`: the key could be null.
    """

    old: str = "url"
    ending: str = ""
    root: bool = False
    fixed: str = ""
    nullable: bool = False


ADDRESSES: Final[Mapping[str, _Address]] = {
    "remote::azure": _Address("api_base", "/openai/v1", root=True),
    "remote::cerebras": _Address(NEW, "/v1", root=True),
    "remote::databricks": _Address(ending="/serving-endpoints", nullable=True),
    "remote::fireworks": _Address(fixed="https://api.fireworks.ai/inference/v1"),
    "remote::groq": _Address(ending="/openai/v1"),
    "remote::llama-openai-compat": _Address("openai_compat_api_base"),
    "remote::nvidia": _Address(ending="/v1"),
    "remote::ollama": _Address(ending="/v1"),
    "remote::passthrough": _Address(nullable=True),
    "remote::runpod": _Address(nullable=True),
    "remote::sambanova": _Address(),
    "remote::tgi": _Address(ending="/v1"),
    "remote::together": _Address(fixed="https://api.together.xyz/v1"),
    "remote::vllm": _Address(nullable=True),
    "remote::watsonx": _Address(),
}
NVIDIA: Final = "${env.NVIDIA_BASE_URL:=https://integrate.api.nvidia.com}"
"""What 0.3 called where the config of remote::nvidia names no address; 0.4 takes the variable as it is."""


def run(context: StepContext) -> Iterator[Change]:
    """Write the new key in place of the old one."""
    # a file of 0.4 can have the whole address under the same key
    is_older = context.release.age.certainly_before(context.release.since)
    for api, index, provider in provider_entries(context.data):
        kind = as_string(provider.get("provider_type"))
        address = ADDRESSES.get(kind)
        settings = value_at(provider, ("config",))
        if api != "inference" or address is None:
            continue
        if not isinstance(settings, Mapping | None):
            continue
        if address.old == NEW and not is_older:
            continue
        known = settings or {}
        if kind == "remote::nvidia" and _is_false(known.get(APPEND)):
            address = replace(address, ending="")
        config: Path = ("providers", api, index, "config")
        if address.old in known:
            owner = as_string(provider.get("provider_id"))
            yield from _write_address(context, config, kind, address, owner)
        if kind == "remote::nvidia" and (is_older or APPEND in known):
            yield from _write_nvidia(context, config, known, NVIDIA + address.ending)


def _write_nvidia(
    context: StepContext, config: Path, known: Mapping[str, Any], called: str
) -> Iterator[Change]:
    """Remove the switch of remote::nvidia, and write out an address that came from the environment."""
    path = (*config, APPEND)
    is_missing = "url" not in known and NEW not in known
    if APPEND not in known:
        if is_missing:
            yield from context.text.add((*config, NEW), called)
        return
    yield from _switch_note(context, path, as_string(known[APPEND]))
    if is_missing:
        yield from context.text.set(path, called)
        yield from context.text.rename(path, NEW)
    else:
        yield from context.text.remove(path)


def _switch_note(context: StepContext, path: Path, value: str) -> Iterator[StepNote]:
    """Yield a note where a variable could say otherwise than its default, which is part of the address now."""
    if has_placeholder(value):
        word = "without" if _is_false(value) else "with"
        message = (
            f"'{APPEND}' was removed; the address is written {word} '/v1'; "
            f"change '{NEW}' if {_variable_of(value)} says otherwise"
        )
        yield context.check(message, path)


def _variable_of(text: str) -> str:
    return remove_defaults(text)[len("${env.") : -1]


def _is_false(value: Any) -> bool:
    text = as_string(value)
    if has_placeholder(text):
        text = fill_defaults(text)
    return text.strip().lower() == "false"


def _write_address(
    context: StepContext, config: Path, kind: str, address: _Address, owner: str
) -> Iterator[Change]:
    """Write one address under its new name, with its ending."""
    path = (*config, address.old)
    old = value_at(context.data, path)
    new = old
    if isinstance(old, str):
        new = whole_address(old, address, owner)
    held = value_at(context.data, (*config, NEW))
    if address.old != NEW and held is not None:
        yield from _drop_old(context, path, is_same=held in (new, old))
        return
    if isinstance(old, str):
        yield from _notes(context, path, kind, address, old, str(new))
    if new != old:
        yield from context.text.set(path, new)
    if address.old != NEW:
        yield from context.text.rename(path, NEW)


def _drop_old(context: StepContext, path: Path, is_same: bool) -> Iterator[Change]:
    """Remove the old key from a config that has the new one, which counts."""
    if is_same:
        yield from context.text.remove(path)
        return
    reason = f"'{path[-1]}' is ignored because '{NEW}' is set too"
    yield from comment_out(context, [CommentedOut(path, reason, CHECK)])


def whole_address(text: str, address: _Address, owner: str) -> str:
    """Return the address that the old provider called, in the words of the file."""
    ending = address.ending
    if not ending or not text or fill_defaults(text).rstrip("/").endswith(ending):
        return text
    if not has_placeholder(text):
        if not address.root or not text.startswith("http") or "{{" in text:
            return text.rstrip("/") + ending
        if address.old == NEW:
            ending = ending.lstrip("/")
        return urljoin(text, ending)
    is_switched = is_conditional(owner) and remove_defaults(owner) == remove_defaults(
        text
    )
    if may_be_empty(text) and address.nullable and not is_switched:
        return text
    return _without_last_slash(text) + ending


def _without_last_slash(text: str) -> str:
    """Return an address without a slash at its end, also of a variable's default: two in a row are another address."""
    default = fill_defaults(text)
    if not default.endswith("/"):
        return text
    plain = text.rstrip("/")
    if plain != text:
        return plain
    return add_default(plain, default.rstrip("/"))


def _notes(
    context: StepContext, path: Path, kind: str, address: _Address, old: str, new: str
) -> Iterator[StepNote]:
    """Yield what a person should check about an address."""
    variable = ""
    if has_placeholder(old) and not remove_placeholders(old):
        variable = _variable_of(old)
    if address.fixed and fill_defaults(old).rstrip("/") != address.fixed:
        message = f"{kind} ignored '{address.old}' and called {address.fixed}; now '{NEW}' counts"
        yield context.check(message, path)
    elif address.ending and variable and new == old and may_be_empty(old):
        message = f"{kind} does not add '{address.ending}' any more; {variable} must end with it"
        yield context.check(message, path)
    elif variable and new != old:
        message = (
            f"'{NEW}' adds '{address.ending}' to {variable}, as 0.3 did; "
            f"{variable} must not end with that, nor with '/'"
        )
        note = context.check if address.root else context.info
        yield note(message, path)
    is_known = not has_placeholder(new) and "{{" not in new
    if is_known and not new.startswith(("http://", "https://")):
        message = f"'{NEW}' must begin with http:// or https://"
        yield context.action_required(message, path)
