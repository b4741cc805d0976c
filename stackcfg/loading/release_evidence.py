"""Clues in a run config: entries that only some releases read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.loading.clues import (
    HEAVY,
    Clue,
    Releases,
    is_telling,
    releases_in,
    split_releases,
)
from stackcfg.loading.missing_keys import (
    missing_nested_keys,
    missing_provider_keys,
    missing_section,
)
from stackcfg.loading.reference_clues import (
    find_reference_clues,
    find_refused_references,
)
from stackcfg.paths import Path, as_mapping, list_at, mapping_at, value_at
from stackcfg.releases.changes import CATALOG_SINCE, HOME_MOVED_SINCE
from stackcfg.releases.models import field_spans, key_spans, root_model_names
from stackcfg.releases.providers import api_spans, provider_models, provider_spans
from stackcfg.releases.resources import DATASETS
from stackcfg.releases.stores import StoreFields
from stackcfg.releases.versions import Span
from stackcfg.runconfig.placeholders import PLACEHOLDER_START
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.sections import AUTH, BACKENDS_PATH
from stackcfg.runconfig.substitution import TYPED_SINCE
from stackcfg.runconfig.values import as_string
from stackcfg.stores.inline_value import is_inline_store
from stackcfg.stores.left_over import find_left_over, has_server_catalog
from stackcfg.stores.store_map import StoreMap

SERVER_MODELS: Final[Mapping[Path, str]] = {
    ("server",): "ServerConfig",
    AUTH: "AuthenticationConfig",
}
"""The sections of the server whose keys have changed, and their models."""

DATASET_MODEL: Final = "DatasetInput"
"""The model of an entry of `datasets`, of which 0.1.8 replaced the required keys."""


NAME, OLD_NAME = "distro_name", "image_name"
"""The name of a config since 0.5.0, and the one that releases before require."""

_CONNECTION: Final = frozenset(
    {"url", "base_url", "api_base", "endpoint", "api_key", "api_token"}
)
"""Keys without which a provider calls another server, or none."""


def find_clues(
    data: Mapping[str, Any],
    inline: StoreMap,
    store_fields: StoreFields,
) -> Iterator[Clue]:
    """Yield the clues that tell releases apart: some of them read the entry."""
    return filter(is_telling, _all_clues(data, inline, store_fields))


def _all_clues(
    data: Mapping[str, Any],
    inline: StoreMap,
    store_fields: StoreFields,
) -> Iterator[Clue]:
    for key in data:
        releases = _releases_with(_top_key_spans, key)
        weight = 1
        if key == NAME and OLD_NAME not in data:
            weight = HEAVY
        yield Clue(f"'{key}'", releases, (key,), weight=weight)
    yield from _style_clues(data, inline)
    yield from find_refused_references(data, store_fields)
    yield from find_reference_clues(data, store_fields)
    yield from _api_clues(data)
    yield from _provider_clues(data)
    for path, model in SERVER_MODELS.items():
        yield from _section_clues(data, path, model)
    yield from _dataset_clues(data)
    yield from missing_section(data)
    yield from _text_clues(data)


def _style_clues(data: Mapping[str, Any], inline: StoreMap) -> Iterator[Clue]:
    before, after = split_releases(CATALOG_SINCE)
    if isinstance(value_at(data, BACKENDS_PATH), Mapping):
        yield Clue("'storage.backends'", after, BACKENDS_PATH, decisive=True)
    # 0.2 can run a config with both, as long as it has its own stores of the server
    has_server_store = any(each.inline and not each.fact.api for each in inline.stores)
    is_style = has_server_store or not has_server_catalog(data, inline.stores)
    # beside its reference a store is left over, or ahead of its time
    for store in find_left_over(inline.stores):
        what = f"inline store '{store.path[-1]}'"
        yield Clue(what, before, store.path, decisive=is_style)


def has_only_catalog(data: Mapping[str, Any], inline: StoreMap) -> bool:
    """Return whether a config is certainly for releases with the
    catalog: it has one, and no inline store that counts.
    """
    _, after = split_releases(CATALOG_SINCE)
    return {clue.releases for clue in _style_clues(data, inline)} == {after}


def _api_clues(data: Mapping[str, Any]) -> Iterator[Clue]:
    for index, value in enumerate(list_at(data, ("apis",))):
        api = as_string(value)
        releases = _releases_with(api_spans, api)
        yield Clue(f"API '{api}'", releases, ("apis", index))


def _provider_clues(data: Mapping[str, Any]) -> Iterator[Clue]:
    last = ""
    for api, index, provider in provider_entries(data):
        path: Path = ("providers", api, index)
        if api != last:
            last = api
            releases = _releases_with(api_spans, api)
            yield Clue(f"API '{api}'", releases, path[:2])
        kind = as_string(provider.get("provider_type"))
        config = as_mapping(provider.get("config"))
        keys = tuple(config)
        clues = _entry_clues(api, kind, keys)
        if not is_disabled(provider):
            clues += missing_provider_keys(api, kind, keys)
            for key, value in config.items():
                # the style of the config says what an inline store does
                if isinstance(value, Mapping) and not is_inline_store(value):
                    clues += missing_nested_keys(api, kind, key, tuple(value))
        for clue in clues:
            yield clue.inside(path)


# the providers of many files are written alike
@lru_cache(4096)
def _entry_clues(api: str, kind: str, keys: tuple[str, ...]) -> tuple[Clue, ...]:
    """Return the clues of an entry with these keys in its config."""
    having = _releases_with(provider_spans, api, kind)
    found = [Clue(f"provider {kind}", having, ("provider_type",))]
    for key in keys:
        reading = _releases_reading(api, kind, key)
        if reading != having:
            weight = 1
            if key in _CONNECTION:
                weight = HEAVY
            what = f"'{key}' of {kind}"
            found.append(Clue(what, reading, ("config", key), weight=weight))
    return tuple(filter(is_telling, found))


def _section_clues(
    data: Mapping[str, Any],
    path: Path,
    model: str,
) -> Iterator[Clue]:
    for key in mapping_at(data, path):
        releases = _releases_with(field_spans, model, key)
        yield Clue(f"'{key}' of {path[-1]}", releases, (*path, key))


def _dataset_clues(data: Mapping[str, Any]) -> Iterator[Clue]:
    """Yield the keys of the first dataset; the others are written alike."""
    for item in list_at(data, (DATASETS,))[:1]:
        for key in as_mapping(item):
            releases = _releases_with(field_spans, DATASET_MODEL, key)
            yield Clue(f"'{key}' in '{DATASETS}'", releases, (DATASETS, 0, key))


def _text_clues(data: Mapping[str, Any]) -> Iterator[Clue]:
    """Yield the first string of each kind that only some releases understand."""
    texts = list(_texts_with_kinds(data, ()))
    # what is nowhere in all strings is in none; aliases can repeat a long one often
    together = "\n".join(dict.fromkeys(text for _, text in texts))
    kinds = [kind for kind in _text_kinds() if kind.matches(together)]
    for path, text in texts:
        if not kinds:
            return
        for kind in [each for each in kinds if each.matches(text)]:
            kinds.remove(kind)
            yield Clue(
                kind.what, kind.releases, path, weight=kind.weight, aspect=kind.aspect
            )


def _texts_with_kinds(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the strings that can be of a kind, with their paths."""
    entries: Iterable[tuple[Any, Any]] = enumerate(data)
    if isinstance(data, dict):
        entries = data.items()
    for key, value in entries:
        if isinstance(value, str):
            # a search for one character is the fastest in a long string
            if _VARIABLE[0] in value or _HOME[0] in value:
                yield (*path, key), value
        elif isinstance(value, _HOLDERS):
            yield from _texts_with_kinds(value, (*path, key))


_HOLDERS: Final = (dict, list)

_VARIABLE, _HOME = "${", "~/."
"""One of these is in every string of a kind."""

_CLOSED: Final = r"[^}]*\}"
"""The rest of a placeholder, to its end."""


class _TextKind(NamedTuple):
    """A kind of strings, as the `pattern` finds them, and who understands it.

    The `mark` is in all of them.
    """

    what: str
    mark: str
    pattern: str
    releases: Releases
    weight: int = 1
    aspect: str = "entry"

    def matches(self, text: str) -> bool:
        """Return whether the pattern is in a text."""
        if self.mark not in text:
            return False
        end = len(text)
        if self.pattern.endswith(_CLOSED):
            # from each placeholder that stays open, the search would go to the end
            end = text.rfind("}") + 1
        return re.compile(self.pattern).search(text, 0, end) is not None


@cache
def _text_kinds() -> tuple[_TextKind, ...]:
    llama, ogx = split_releases(HOME_MOVED_SINCE)
    literal, typed = split_releases(TYPED_SINCE)
    old = PLACEHOLDER_START + r"(?::(?![=+?-])|\+)" + _CLOSED
    new = PLACEHOLDER_START + r":[=+]" + _CLOSED
    return (
        _TextKind("a path below ~/.llama", _HOME, r"~/\.llama[/}]", llama),
        _TextKind("a path below ~/.ogx", _HOME, r"~/\.ogx[/}]", ogx),
        _TextKind(
            "a variable as before 0.2.13", _VARIABLE, old, literal, HEAVY, "syntax"
        ),
        _TextKind("a variable as from 0.2.13", _VARIABLE, new, typed, HEAVY, "syntax"),
    )


# The caches are bounded because their keys come out of files.


@lru_cache(4096)
def _releases_with(find_spans: Callable[..., Iterable[Span]], *names: str) -> Releases:
    """Return the releases of the spans that a fact has for names."""
    return releases_in(find_spans(*names))


@lru_cache(4096)
def _releases_reading(
    api: str,
    kind: str,
    key: str,
) -> Releases:
    """Return the releases in which a provider type reads a key of its config."""
    found: Releases = frozenset()
    for since, until, model in provider_models(api, kind):
        keys, unknown = key_spans(model)
        spans = [*keys.get(key, ()), *unknown]
        with_model = releases_in([(since, until)])
        found |= with_model & releases_in(spans)
    return found


def _top_key_spans(key: str) -> Iterator[Span]:
    for model in root_model_names():
        yield from field_spans(model, key)
