"""0.3 → 0.4: `url` of inference becomes `base_url`, the whole address (0.4.0,
#4177).

Each old provider added an ending of its own, which is written out now;
0.4 drops the old key in silence and calls the provider's default
address. Sources: `get_base_url` of each provider in 0.3.5 and 0.4.5.
The ending is written outside of a variable, so that what people export
goes on working; upstream's own files changed the default inside
instead.
"""

from collections.abc import Mapping

from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import comment_out_ignored
from stackcfg.paths import Data, Path, mapping_at
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.renames import AddressForm, KeyNames, address_setting
from stackcfg.runconfig.addresses import form_in_config, is_false, whole_address
from stackcfg.runconfig.placeholders import (
    fill_defaults,
    has_placeholder,
    is_conditional,
    may_be_empty,
    remove_defaults,
    remove_placeholders,
)
from stackcfg.runconfig.values import as_string

BEFORE = (0, 3, 5)
NEW = "base_url"
APPEND = "append_api_version"
NVIDIA = "remote::nvidia"


NVIDIA_ADDRESS = "${env.NVIDIA_BASE_URL:=https://integrate.api.nvidia.com}"
"""What 0.3 called by default for remote::nvidia; 0.4 adds nothing to the
variable.
"""


def run(context: StepContext) -> Changes:
    """Write the new key in place of the old one."""
    for holder, provider in context.all_providers_of("inference"):
        setting = _address_setting(provider)
        if setting is None or not isinstance(provider.get("config"), Mapping | None):
            continue
        # a file of 0.4 can have the whole address under the same key
        if setting.names == (NEW,) and not context.is_older:
            continue
        write = _write_address
        if provider.get("provider_type") == NVIDIA:
            write = _write_nvidia
        yield from write(context, (*holder, "config"), setting, provider)


def _address_setting(provider: Data) -> KeyNames | None:
    kind = as_string(provider.get("provider_type"))
    spec = provider_spec("inference", kind, BEFORE)
    if spec is None:
        return None
    return address_setting(spec.config)


def _write_nvidia(
    context: StepContext,
    config: Path,
    setting: KeyNames,
    provider: Data,
) -> Changes:
    known = mapping_at(provider, ("config",))
    yield from _write_address(context, config, setting, provider)
    path = (*config, APPEND)
    is_missing = "url" not in known and NEW not in known
    called = NVIDIA_ADDRESS + _form_of(setting, known).ending
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
        word = "without" if is_false(value) else "with"
        message = (
            f"'{APPEND}' was removed; the address is written {word} '/v1'; "
            f"change '{NEW}' if {_variable_of(value)} says otherwise"
        )
        yield context.check(message, path)


def _variable_of(text: str) -> str:
    return remove_defaults(text)[len("${env.") : -1]


def _form_of(setting: KeyNames, config: Data) -> AddressForm:
    return form_in_config(setting.address or AddressForm(), config)


def _write_address(
    context: StepContext,
    config: Path,
    setting: KeyNames,
    provider: Data,
) -> Changes:
    known = mapping_at(provider, ("config",))
    key = setting.names[0]
    if key not in known:
        return
    path = (*config, key)
    form = _form_of(setting, known)
    old = known[key]
    new = old
    if isinstance(old, str):
        owner = as_string(provider.get("provider_id"))
        new = whole_address(old, form, owner, is_same_key=key == NEW)
    held = known.get(NEW)
    if key != NEW and held is not None:
        # the new key counts
        if held in (new, old):
            yield from context.text.remove(path)
        else:
            yield from comment_out_ignored(context, path, NEW)
        return
    if isinstance(old, str):
        kind = as_string(provider.get("provider_type"))
        yield from _change_note(context, path, kind, form, (old, new))
        yield from _scheme_note(context, path, new)
    # what is no string stays, and `.nan` differs from itself
    if isinstance(old, str) and new != old:
        yield from context.text.set(path, new)
    if key != NEW:
        yield from context.text.rename(path, NEW)


def _change_note(
    context: StepContext,
    path: Path,
    kind: str,
    form: AddressForm,
    values: tuple[str, str],
) -> Notes:
    old, new = values
    if form.fixed and fill_defaults(old).rstrip("/") != form.fixed:
        message = (
            f"{kind} ignored '{path[-1]}' and called {form.fixed}; now '{NEW}' counts"
        )
        yield context.check(message, path)
        return
    if not has_placeholder(old) or remove_placeholders(old):
        return
    if is_conditional(old):
        # the variable does not hold the address
        return
    variable = _variable_of(old)
    if new != old:
        message = (
            f"'{NEW}' adds '{form.ending}' to {variable}, as 0.3 did; set {variable} "
            f"without '{form.ending}' and without '/' at its end"
        )
        note = context.check if form.root else context.info
        yield note(message, path)
    elif form.ending and may_be_empty(old):
        message = (
            f"{kind} does not add '{form.ending}' any more; {variable} must end with it"
        )
        yield context.check(message, path)


def _scheme_note(
    context: StepContext,
    path: Path,
    new: str,
) -> Notes:
    if context.is_unknown(new):
        return
    if not new.startswith(("http://", "https://")):
        message = f"'{NEW}' must begin with http:// or https://"
        yield context.action_required(message, path)
