"""0.3 → 0.4: `url` of remote inference providers becomes `base_url`, the whole address (0.4.0, upstream #4177).

Each old provider added an ending of its own, which is written out now; 0.4 drops the old key without a word and calls
the provider's default address. Sources: `get_base_url` of each provider in 0.3.5 and 0.4.5. The ending stands outside
of a variable, so that what people export goes on working; upstream's own files changed the default inside instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from stackcfg.migration.changes import (
    ACTION_REQUIRED,
    CHECK,
    INFO,
    Change,
    Delete,
    Put,
    StepNote,
)
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.migration.editing.fields import (
    added,
    own_scalar,
    removed,
    renamed_key,
    rewritten_scalar,
)
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
from stackcfg.yamltext.emit import Field

NEW: Final = "base_url"
APPEND: Final = "append_api_version"


@dataclass(frozen=True, slots=True)
class _Address:
    """How a provider of 0.3 called its address, and what it added. `root`: the ending took the place of any path.

    `fixed` is the address that was called whatever the config said. `nullable`: the key could be null.
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
    sure = context.release.age.certainly_before(context.release.since)
    for api, index, provider in provider_entries(context.data):
        kind = as_string(provider.get("provider_type"))
        address = ADDRESSES.get(kind)
        settings = value_at(provider, ("config",))
        if (
            api != "inference"
            or address is None
            or not isinstance(settings, Mapping | None)
        ):
            continue
        holder: Path = ("providers", api, index, "config")
        if not sure and address.old == NEW:
            continue
        known = settings or {}
        version = known.get(APPEND) if kind == "remote::nvidia" else None
        ending = "" if _is_false(version) else address.ending
        if address.old in known:
            yield from _address(
                context,
                holder,
                kind,
                address,
                ending,
                as_string(provider.get("provider_id")),
            )
        if kind == "remote::nvidia" and (sure or APPEND in known):
            yield from _nvidia(context, holder, known, NVIDIA + ending)


def _nvidia(
    context: StepContext, holder: Path, known: Mapping[str, Any], called: str
) -> Iterator[Change]:
    """The switch of remote::nvidia goes, and an address that came from the environment is written out."""
    lacks = "url" not in known and NEW not in known
    if lacks:
        yield Put((*holder, NEW), called)
    if APPEND not in known:
        if lacks:
            yield added(context, holder, Field(NEW, called))
        return
    path = (*holder, APPEND)
    yield from _switch_note(context, path, known[APPEND])
    parent = context.text.editable_node(holder)
    entry = parent.entry(APPEND) if parent is not None else None
    if entry is not None and lacks:
        yield Delete(path)
        yield renamed_key(entry[0], NEW)
        yield rewritten_scalar(context, own_scalar(context, path), called)
    else:
        yield from removed(context, path)


def _switch_note(context: StepContext, path: Path, value: Any) -> Iterator[StepNote]:
    """What the switch said by its default is part of the address now."""
    if has_placeholder(as_string(value)):
        name = remove_defaults(as_string(value))[len("${env.") : -1]
        ending = "without '/v1'" if _is_false(value) else "with '/v1'"
        message = f"'{APPEND}' is gone, the address is written {ending}: where {name} says otherwise, change 'base_url'"
        yield StepNote(CHECK, message, context.text.offset(path))


def _is_false(value: Any) -> bool:
    text = as_string(value)
    return (
        fill_defaults(text) if has_placeholder(text) else text
    ).strip().lower() == "false"


def _address(
    context: StepContext,
    holder: Path,
    kind: str,
    address: _Address,
    ending: str,
    owner: str,
) -> Iterator[Change]:
    """One address under its new name, with its ending."""
    path = (*holder, address.old)
    old = value_at(context.data, path)
    where = context.text.offset(path)
    new = whole(as_string(old), address, ending, owner) if isinstance(old, str) else old
    if address.old != NEW and value_at(context.data, (*holder, NEW)) is not None:
        yield from _both(context, holder, address, new)
        return
    if isinstance(old, str):
        yield from _notes(kind, address, old, as_string(new), ending, where)
    if address.old != NEW:
        parent = context.text.editable_node(holder)
        entry = parent.entry(address.old) if parent is not None else None
        if entry is None:
            own_scalar(context, path)
            return
        yield renamed_key(entry[0], NEW)
        yield Delete(path)
        yield Put((*holder, NEW), new)
    elif new != old:
        yield Put(path, new)
    if new != old:
        yield rewritten_scalar(context, own_scalar(context, path), str(new))


def _both(
    context: StepContext, holder: Path, address: _Address, new: Any
) -> Iterator[Change]:
    """A file that has the new key already: that counts, the old one goes."""
    path = (*holder, address.old)
    if value_at(context.data, (*holder, NEW)) in (new, value_at(context.data, path)):
        yield from removed(context, path)
        return
    yield from comment_out(
        context,
        [CommentedOut(path, f"'{NEW}' is in the file too, and is what counts", CHECK)],
    )


def whole(text: str, address: _Address, ending: str, owner: str) -> str:
    """The address that the old provider called, in the words of the file."""
    if not ending or not text or fill_defaults(text).rstrip("/").endswith(ending):
        return text
    if not has_placeholder(text):
        if address.root and text.startswith("http") and "{{" not in text:
            return urljoin(text, ending if address.old != NEW else ending.lstrip("/"))
        return text.rstrip("/") + ending
    if may_be_empty(text) and address.nullable and not _switched_by(owner, text):
        return text
    default = fill_defaults(text)
    if default.endswith("/"):  # an address with two slashes is another one
        plain = text.rstrip("/")
        text = add_default(plain, default.rstrip("/")) if plain == text else plain
    return text + ending


def _switched_by(owner: str, text: str) -> bool:
    """Whether a provider is on only while the variable of its address is set."""
    return is_conditional(owner) and remove_defaults(owner) == remove_defaults(text)


def _notes(
    kind: str, address: _Address, old: str, new: str, ending: str, where: int
) -> Iterator[StepNote]:
    """What a person should know about the address."""
    name = (
        remove_defaults(old)[len("${env.") : -1]
        if has_placeholder(old) and not remove_placeholders(old)
        else ""
    )
    if address.fixed and fill_defaults(old).rstrip("/") != address.fixed:
        yield StepNote(
            CHECK,
            f"{kind} called {address.fixed} whatever '{address.old}' said; now '{NEW}' counts",
            where,
        )
    elif ending and name and new == old and may_be_empty(old):
        yield StepNote(
            CHECK,
            f"{kind} does not add '{ending}' any more: {name} must end with it",
            where,
        )
    elif name and new != old:
        message = f"'{NEW}' adds '{ending}' to {name}, as 0.3 did: leave it without that, and without a '/'"
        yield StepNote(CHECK if address.root else INFO, message, where)
    if (
        not has_placeholder(new)
        and "{{" not in new
        and not new.startswith(("http://", "https://"))
    ):
        yield StepNote(
            ACTION_REQUIRED, f"'{NEW}' must begin with http:// or https://", where
        )
