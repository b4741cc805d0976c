"""0.3 → 0.4: `url` of inference becomes `base_url`, the whole address (0.4.0,
#4177).

Each old provider added an ending of its own, which is written out now; 0.4
drops the old key in silence and calls the provider's default address. Sources:
`get_base_url` of each provider in 0.3.5 and 0.4.5. The ending is written
outside of a variable, so that what people export goes on working; upstream's
own files changed the default inside instead.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import comment_out_ignored
from stackcfg.paths import Data, Path, mapping_at
from stackcfg.runconfig.placeholders import (
    add_default,
    fill_defaults,
    has_placeholder,
    is_conditional,
    may_be_empty,
    remove_defaults,
    remove_placeholders,
)
from stackcfg.runconfig.values import as_string

NEW = "base_url"
APPEND = "append_api_version"
NVIDIA = "remote::nvidia"


class _Address(NamedTuple):
    """The key of a provider's address in 0.3, and what was added to the
    address.

    `root`: the ending took the place of any path. `fixed` is the address that
    was called whatever the config said. `nullable`: the key could be null.
    """

    old: str = "url"
    ending: str = ""
    root: bool = False
    fixed: str = ""
    nullable: bool = False


ADDRESSES = {
    "remote::azure": _Address("api_base", "/openai/v1", root=True),
    "remote::cerebras": _Address(NEW, "/v1", root=True),
    "remote::databricks": _Address(ending="/serving-endpoints", nullable=True),
    "remote::fireworks": _Address(fixed="https://api.fireworks.ai/inference/v1"),
    "remote::groq": _Address(ending="/openai/v1"),
    "remote::llama-openai-compat": _Address("openai_compat_api_base"),
    NVIDIA: _Address(ending="/v1"),
    "remote::ollama": _Address(ending="/v1"),
    "remote::passthrough": _Address(nullable=True),
    "remote::runpod": _Address(nullable=True),
    "remote::sambanova": _Address(),
    "remote::tgi": _Address(ending="/v1"),
    "remote::together": _Address(fixed="https://api.together.xyz/v1"),
    "remote::vllm": _Address(nullable=True),
    "remote::watsonx": _Address(),
}
NVIDIA_ADDRESS = "${env.NVIDIA_BASE_URL:=https://integrate.api.nvidia.com}"
"""What 0.3 called by default for remote::nvidia; 0.4 adds nothing to the
variable.
"""


def run(context: StepContext) -> Changes:
    """Write the new key in place of the old one."""
    for holder, provider in context.all_providers_of("inference"):
        kind = as_string(provider.get("provider_type"))
        address = ADDRESSES.get(kind)
        if address is None or not isinstance(provider.get("config"), Mapping | None):
            continue
        # a file of 0.4 can have the whole address under the same key
        if address.old == NEW and not context.is_older:
            continue
        write = _write_address
        if kind == NVIDIA:
            write = _write_nvidia
        yield from write(context, (*holder, "config"), address, provider)


def _write_nvidia(
    context: StepContext,
    config: Path,
    address: _Address,
    provider: Data,
) -> Changes:
    known = mapping_at(provider, ("config",))
    if _is_false(known.get(APPEND)):
        address = address._replace(ending="")
    yield from _write_address(context, config, address, provider)
    path = (*config, APPEND)
    is_missing = "url" not in known and NEW not in known
    called = NVIDIA_ADDRESS + address.ending
    if APPEND in known:
        yield from _switch_note(context, path, as_string(known[APPEND]))
        if not is_missing:
            yield from context.text.remove(path)
            return
        # the address takes the place of the switch, with its comments
        yield from context.text.set(path, called)
        yield from context.text.rename(path, NEW)
    elif is_missing and context.is_older:
        yield from context.text.add((*config, NEW), called)


def _switch_note(
    context: StepContext,
    path: Path,
    value: str,
) -> Notes:
    """Yield a note where a variable could say otherwise than its default."""
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
    return fill_defaults(as_string(value)).strip().lower() == "false"


def _write_address(
    context: StepContext,
    config: Path,
    address: _Address,
    provider: Data,
) -> Changes:
    known = mapping_at(provider, ("config",))
    if address.old not in known:
        return
    path = (*config, address.old)
    old = known[address.old]
    new = old
    if isinstance(old, str):
        owner = as_string(provider.get("provider_id"))
        new = whole_address(old, address, owner)
    held = known.get(NEW)
    if address.old != NEW and held is not None:
        # the new key counts
        if held in (new, old):
            yield from context.text.remove(path)
        else:
            yield from comment_out_ignored(context, path, NEW)
        return
    if isinstance(old, str):
        kind = as_string(provider.get("provider_type"))
        yield from _change_note(context, path, kind, address, old, new)
        yield from _scheme_note(context, path, new)
    if new != old:
        yield from context.text.set(path, new)
    if address.old != NEW:
        yield from context.text.rename(path, NEW)


def whole_address(
    text: str,
    address: _Address,
    owner: str,
) -> str:
    """Return the address that the old provider called, in the words of the
    file.
    """
    if not text or not address.ending:
        return text
    if fill_defaults(text).rstrip("/").endswith(address.ending):
        return text
    if not has_placeholder(text):
        return _with_ending(text, address)
    if may_be_empty(text) and address.nullable and not _is_switched_by(owner, text):
        return text
    return _without_last_slash(text) + address.ending


def _with_ending(text: str, address: _Address) -> str:
    is_url = text.startswith("http") and "{{" not in text
    if not address.root or not is_url:
        return text.rstrip("/") + address.ending
    ending = address.ending
    if address.old == NEW:
        ending = ending.lstrip("/")
    return urljoin(text, ending)


def _is_switched_by(owner: str, text: str) -> bool:
    """Return whether a provider is on only while the variable of its address
    is set.
    """
    if not is_conditional(owner):
        return False
    return remove_defaults(owner) == remove_defaults(text)


def _without_last_slash(text: str) -> str:
    """Return an address without a slash at its end, also of a variable's
    default.

    Two slashes in a row would be another address.
    """
    default = fill_defaults(text)
    if not default.endswith("/"):
        return text
    plain = text.rstrip("/")
    if plain != text:
        return plain
    return add_default(plain, default.rstrip("/"))


def _change_note(
    context: StepContext,
    path: Path,
    kind: str,
    address: _Address,
    old: str,
    new: str,
) -> Notes:
    if address.fixed and fill_defaults(old).rstrip("/") != address.fixed:
        message = (
            f"{kind} ignored '{address.old}' and called {address.fixed}; "
            f"now '{NEW}' counts"
        )
        yield context.check(message, path)
        return
    if not has_placeholder(old) or remove_placeholders(old):
        return
    variable = _variable_of(old)
    if new != old:
        message = (
            f"'{NEW}' adds '{address.ending}' to {variable}, as 0.3 did; "
            f"{variable} must not end with that, nor with '/'"
        )
        note = context.check if address.root else context.info
        yield note(message, path)
    elif address.ending and may_be_empty(old):
        message = (
            f"{kind} does not add '{address.ending}' any more; "
            f"{variable} must end with it"
        )
        yield context.check(message, path)


def _scheme_note(
    context: StepContext,
    path: Path,
    new: str,
) -> Notes:
    if has_placeholder(new) or "{{" in new:
        return
    if not new.startswith(("http://", "https://")):
        message = f"'{NEW}' must begin with http:// or https://"
        yield context.action_required(message, path)
