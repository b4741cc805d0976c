"""Addresses of inference providers, as 0.3 and as 0.4 write them.

Up to 0.3 a provider adds an ending of its own to its address; from
0.4.0 the file has the whole address (upstream #4177). Which provider
adds what is a fact of `releases.renames`.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit, urlunsplit

from stackcfg.light_typing import Any
from stackcfg.paths import Data
from stackcfg.releases.renames import AddressForm
from stackcfg.runconfig.placeholders import (
    add_default,
    fill_defaults,
    has_placeholder,
    is_conditional,
    may_be_empty,
    remove_defaults,
    value_of_condition,
)
from stackcfg.runconfig.values import as_string


def form_in_config(form: AddressForm, config: Data) -> AddressForm:
    """Return the form of an address without an ending that the config
    turns off.
    """
    if form.switch and is_false(config.get(form.switch)):
        return form._replace(ending="")
    return form


def is_false(value: Any) -> bool:
    """Return whether a setting is false while its variable is not set."""
    return fill_defaults(as_string(value)).strip().lower() == "false"


def whole_address(text: str, form: AddressForm, owner: str, is_same_key: bool) -> str:
    """Return the address that the old provider called, in the words of
    the file.

    `owner` is the id of the provider. `is_same_key` says that the
    address keeps its key.
    """
    if not text or not form.ending:
        return text
    if may_be_empty(text) and is_conditional(text):
        # while the variable is not set there is no address
        conditional = value_of_condition(text)
        whole = whole_address(conditional, form, owner, is_same_key)
        return text.replace(f":+{conditional}}}", f":+{whole}}}")
    if fill_defaults(text).rstrip("/").endswith(form.ending):
        return text
    if not has_placeholder(text):
        return _with_ending(text, form, is_same_key)
    if may_be_empty(text) and form.nullable and not _is_switched_by(owner, text):
        return text
    return _without_last_slash(text) + form.ending


def _with_ending(text: str, form: AddressForm, is_same_key: bool) -> str:
    is_url = text.startswith("http") and "{{" not in text
    if not form.root or not is_url:
        return text.rstrip("/") + form.ending
    ending = form.ending
    if is_same_key:
        ending = ending.lstrip("/")
    return urljoin(text, ending)


def _is_switched_by(owner: str, text: str) -> bool:
    """Return whether a provider is on only while the variable of its
    address is set.
    """
    if not is_conditional(owner):
        return False
    return remove_defaults(owner) == remove_defaults(text)


def _without_last_slash(text: str) -> str:
    """Return an address without a slash at its end, also of a
    variable's default.

    Two slashes in a row would be another address.
    """
    default = fill_defaults(text)
    if not default.endswith("/"):
        return text
    plain = text.rstrip("/")
    if plain != text:
        return plain
    return add_default(plain, default.rstrip("/"))


def short_address(text: str, form: AddressForm) -> str | None:
    """Return the address to which the old provider adds its ending.

    None where no address of the old form means the same.
    """
    if form.fixed:
        return _if_called(text, form)
    if not form.ending:
        return text
    plain = text.rstrip("/")
    if not plain.endswith(form.ending):
        return None
    short = plain.removesuffix(form.ending)
    if form.root and not _is_root(short):
        return None
    return short or None


def _if_called(text: str, form: AddressForm) -> str | None:
    """Return an address if the old provider, which ignores it, calls it."""
    if fill_defaults(text).rstrip("/") == form.fixed:
        return text
    return None


def _is_root(address: str) -> bool:
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, "", "", "")) == address
