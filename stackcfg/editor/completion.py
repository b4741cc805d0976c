"""What can be written at a place: backends, provider types, fields, values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from stackcfg.editor.analysis import Analysis
from stackcfg.editor.cursor import Cursor, find_cursor
from stackcfg.editor.fields import PROVIDERS, describe_kind, fields_at
from stackcfg.paths import as_mapping, mapping_at
from stackcfg.releases.models import Field, Kind, root_model
from stackcfg.releases.providers import apis, provider_spec, provider_types
from stackcfg.releases.stores import KV, SQL
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.sections import BACKENDS_PATH

BACKEND: Final = "backend"
FIELD: Final = "field"
VALUE: Final = "value"
PROVIDER: Final = "provider"

APIS: Final = "apis"
"""The list of a run config with the names of APIs."""

_NAME_FIELDS: Final = {"namespace": KV, "table_name": SQL}
"""The family of the backend that a reference with this field wants."""


class Completion(NamedTuple):
    """One thing that can be written.

    `text` takes the place of what is typed from the offset `start` on.
    `kind` is what it is, `detail` says more in a few words.
    """

    label: str
    text: str
    start: int
    kind: str
    detail: str = ""


def complete(analysis: Analysis, body: str, offset: int) -> list[Completion]:
    """Return what can be written at an offset, as the release reads it."""
    if not analysis.is_of_ours:
        return []
    release = analysis.release_of(0)
    cursor = find_cursor(body, offset, root_model(release).fields)
    if cursor is None:
        return []
    if cursor.key or _is_item_of_apis(cursor):
        found = _complete_value(cursor, analysis, release)
    else:
        rest = _rest_of_line(body, offset)
        found = _complete_key(cursor, rest, release)
    word = cursor.word
    fitting = [each for each in found if _matches(each.label, word)]
    # what begins with the word comes first
    return sorted(fitting, key=lambda each: not each.label.startswith(word))


def _matches(label: str, word: str) -> bool:
    """Return whether what is typed can become a label: its letters in order."""
    letters = iter(label.lower())
    return all(char in letters for char in word.lower())


def _rest_of_line(body: str, offset: int) -> str:
    end = body.find("\n", offset)
    if end < 0:
        end = len(body)
    return body[offset:end]


def _is_item_of_apis(cursor: Cursor) -> bool:
    """Return whether an item of `apis` is typed: of the lists of a run
    config, only this one has plain words in it.
    """
    return cursor.path[:1] == (APIS,) and cursor.path[-1] == 0


def _complete_value(
    cursor: Cursor, analysis: Analysis, release: Release
) -> Iterator[Completion]:
    section, *_ = (*cursor.path, cursor.key)
    if section == APIS:
        yield from _complete_apis(cursor, release)
    elif cursor.key == BACKEND:
        yield from _complete_backends(cursor, analysis)
    elif cursor.key == "provider_type" and section == PROVIDERS:
        yield from _complete_provider_types(cursor, release)
    else:
        yield from _complete_field(cursor, release)


def _complete_apis(cursor: Cursor, release: Release) -> Iterator[Completion]:
    detail = f"API of {format_release(release)}"
    for api in sorted(apis(release)):
        yield Completion(api, api, cursor.start, VALUE, detail)


def _complete_field(cursor: Cursor, release: Release) -> Iterator[Completion]:
    """Yield the words that the field of the key accepts."""
    fields = fields_at(cursor.data, cursor.path, release)
    field = fields.get(cursor.key)
    if field is None:
        return
    detail = f"{cursor.key} of {format_release(release)}"
    for word in _words_of(field.kind):
        yield Completion(word, word, cursor.start, VALUE, detail)


def _complete_provider_types(cursor: Cursor, release: Release) -> Iterator[Completion]:
    api = str(cursor.path[1])
    for name in provider_types(api, release):
        spec = provider_spec(api, name, release)
        detail = f"{api} of {format_release(release)}"
        if spec is not None and spec.deprecated:
            detail = f"deprecated; {detail}"
        yield Completion(name, name, cursor.start, PROVIDER, detail)


def _complete_backends(cursor: Cursor, analysis: Analysis) -> Iterator[Completion]:
    """Yield the backends, those of the family that the reference wants first."""
    wanted = _family_wanted(cursor)
    types = dict(_backend_types(cursor, analysis))
    names = sorted(types, key=lambda each: not types[each].startswith(wanted))
    for name in names:
        yield Completion(name, name, cursor.start, BACKEND, types[name])


def _family_wanted(cursor: Cursor) -> str:
    for field, family in _NAME_FIELDS.items():
        if field in cursor.here:
            return family
    return ""


def _backend_types(cursor: Cursor, analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Yield the backends with their types: of the file when it could be
    read last.
    """
    known = [config.data for config in analysis.configs]
    for data in (*known, cursor.data):
        backends = mapping_at(data, BACKENDS_PATH)
        for name, entry in backends.items():
            kind = as_mapping(entry).get("type", "")
            yield str(name), str(kind)


def _complete_key(cursor: Cursor, rest: str, release: Release) -> Iterator[Completion]:
    has_colon = rest.lstrip().startswith(":")
    for field in _fields_for(cursor, release):
        if field.key in cursor.here:
            continue
        text = field.key
        if not has_colon:
            text += _separator(field.kind)
        detail = _describe(field, release)
        yield Completion(field.key, text, cursor.start, FIELD, detail)


def _fields_for(cursor: Cursor, release: Release) -> Iterable[Field]:
    if cursor.path == (PROVIDERS,):
        names = sorted(apis(release))
        provided = [api for api in names if provider_types(api, release)]
        return [Field(api, api, ["list", "any"]) for api in provided]
    found: Mapping[str, Field] = fields_at(cursor.data, cursor.path, release)
    # what is required first
    return sorted(found.values(), key=lambda field: (not field.required, field.key))


def _describe(field: Field, release: Release) -> str:
    detail = describe_kind(field.kind).replace("`", "")
    if field.required:
        detail += ", required"
    if field.deprecated:
        detail += ", deprecated"
    return f"{detail} ({format_release(release)})"


def _separator(kind: Kind) -> str:
    """Return what follows a key: a mapping or a list begins on the next line."""
    if _is_block(kind):
        return ":"
    return ": "


def _is_block(kind: Kind) -> bool:
    """Return whether a type has mappings or lists only, besides null."""
    if isinstance(kind, str):
        return False
    word, *inner = kind
    if word == "union":
        return all(each == "none" or not isinstance(each, str) for each in inner)
    return word in ("model", "dict", "list", "tagged")


def _words_of(kind: Kind) -> Iterator[str]:
    """Yield the words that a type accepts."""
    if kind == "bool":
        yield from ("true", "false")
    if not isinstance(kind, list):
        return
    word, *inner = kind
    if word == "literal":
        yield from map(str, inner)
    elif word == "union":
        for each in inner:
            yield from _words_of(each)
