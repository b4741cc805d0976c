"""Comments out APIs, provider types and keys that were removed without
a replacement.

Each goes into a comment in its place. Sources: the Api enums, provider
registries and config models of the released wheels, as the facts record
them (0.4.0 #3897 telemetry, 0.7.0 #5104 post_training, 0.8.0 #5290 eval
and datasetio, 1.0.0 #5291 safety, #5750 quota and cors). What no
release ever had is the user's own, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import TYPE_CHECKING, Final
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO, Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.migration.editing.losses import severity_of_api, severity_of_key
from stackcfg.migration.editing.resource_lists import malformed_lists
from stackcfg.paths import Path, list_at, mapping_at, value_at
from stackcfg.releases.models import key_spans, root_model_names
from stackcfg.releases.providers import (
    api_spans,
    apis,
    provider_spans,
    provider_types,
    resolve_api_name,
)
from stackcfg.releases.renames import (
    find_successor_api,
    find_successor_key,
    is_removed_type,
    replacement_of,
)
from stackcfg.releases.resources import RESOURCES_SECTION
from stackcfg.releases.stores import LAST_INLINE
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.stores.inline import read_inline_stores

if TYPE_CHECKING:
    from stackcfg.validation.model_check import ModelError

Span = tuple[Release, Release]

LIST_LENGTH: Final = 2
"""The length of the path of a list of registered resources."""


def run(context: StepContext) -> Changes:
    """Comment out what the release refuses or drops; report what was
    dropped before.
    """
    entries = [*_removed_apis(context), *_removed_providers(context)]
    malformed = malformed_lists(context)
    for error in _dropped_keys_beside(context, entries):
        spans = _field_spans(error)
        name = str(error.path[-1])
        if len(error.path) == 1 and name in malformed:
            yield malformed[name]
        elif _was_known(context, spans):
            instead = replacement_of(error.model, name, context.version)
            reason = _describe_removal(context, f"'{name}'", spans, instead)
            severity = severity_of_key(error.path)
            if _is_unread_field(context, error.path, spans):
                severity = CHECK
            entries.append(CommentedOut(error.path, reason, severity))
        elif _is_of_unknown_engine(context, error.path):
            continue
        elif not spans and context.version == context.release.final:
            message = f"'{name}' is not read by any release; kept without effect"
            yield context.info(message, error.path)
    yield from comment_out(context, entries)


def _is_of_unknown_engine(context: StepContext, path: Path) -> bool:
    """Return whether a key is in a backend whose type a variable gives."""
    kind = as_string(value_at(context.data, (*path[:-1], "type")))
    return path[:2] == BACKENDS_PATH and has_placeholder(kind)


def _dropped_keys_beside(
    context: StepContext, entries: Sequence[CommentedOut]
) -> list[ModelError]:
    """Return the keys that the release drops outside of entries that go
    anyway, and that wait for no decision.
    """
    dropped = list(_dropped_keys(context))
    if not dropped:
        return []
    removed = {each.path for each in entries}
    unreadable = _unreadable_stores(context)
    found: list[ModelError] = []
    for error in dropped:
        above = {error.path[:length] for length in range(1, len(error.path))}
        if removed.isdisjoint(above) and error.path not in unreadable:
            found.append(error)
    return found


def _unreadable_stores(context: StepContext) -> set[Path]:
    """Return the paths of inline stores that wait for a decision.

    As comments they would look decided to the next run.
    """
    known = context.inline
    if not known.stores:
        data, fields = context.data, context.store_fields
        known = read_inline_stores(data, fields, LAST_INLINE, context.version)
    return {store.path for store in known.unreadable}


def _was_known(context: StepContext, spans: Sequence[Span]) -> bool:
    """Return whether an earlier release has something that the last one lacks.

    Some releases leave out what later ones have again.
    """
    if any(since <= context.release.final <= until for since, until in spans):
        return False
    return any(since < context.version for since, _ in spans)


def _is_unread_field(context: StepContext, path: Path, spans: Sequence[Span]) -> bool:
    """Return whether a field of a registered resource was dropped before, too.

    Nothing changes for the server then, whichever release the file is
    for.
    """
    oldest = context.release.age.oldest
    is_field = path[0] == RESOURCES_SECTION and len(path) > LIST_LENGTH
    return is_field and all(until < oldest for _, until in spans)


def _removed_apis(context: StepContext) -> Iterator[CommentedOut]:
    """Yield the APIs that the release does not have, or has without any
    provider.
    """
    section = mapping_at(context.data, ("providers",))
    for name in section:
        if not isinstance(name, str):
            continue
        api = resolve_api_name(name, context.version)
        new = find_successor_api(api, context.version)
        if _has_providers(context, api) or (new and new not in section):
            continue
        if api_spans(api):
            yield _remove_api(context, name, api, new)
    yield from _removed_from_list(context)


def _remove_api(context: StepContext, name: str, api: str, new: str) -> CommentedOut:
    reason = _describe_removal(context, f"API '{api}'", api_spans(api))
    if new:
        reason = f"API '{api}' is called '{new}', which the file has too"
    severity = severity_of_api(context, name)
    if severity == ACTION_REQUIRED:
        reason = f"{reason}, so its stored rows are not read"
    return CommentedOut(("providers", name), reason, severity)


def _has_providers(context: StepContext, api: str) -> bool:
    return api in apis(context.version) and bool(provider_types(api, context.version))


def _removed_from_list(context: StepContext) -> Iterator[CommentedOut]:
    for index, api in enumerate(list_at(context.data, ("apis",))):
        if not isinstance(api, str) or find_successor_api(api, context.version):
            continue
        if api_spans(api) and api not in apis(context.version):
            reason = f"{context.release.target.name} has no API '{api}'"
            yield CommentedOut(("apis", index), reason, INFO)


def _removed_providers(context: StepContext) -> Iterator[CommentedOut]:
    for name, index, provider in provider_entries(context.data):
        api = resolve_api_name(name, context.version)
        kind = as_string(provider.get("provider_type"))
        if provider.get("module") or not is_removed_type(api, kind, context.version):
            continue
        what = f"provider '{kind}' of {name}"
        reason = _describe_removal(context, what, provider_spans(api, kind))
        entry = CommentedOut(("providers", name, index), reason)
        if is_disabled(provider):
            entry = entry._replace(severity=INFO)
        yield entry


def _describe_removal(
    context: StepContext,
    what: str,
    spans: Sequence[Span],
    instead: str = "",
) -> str:
    """Return a sentence about what was removed, with the last release
    that had it, and with what to do instead.
    """
    target = context.release.target
    before = [until for _, until in spans if until < target.last]
    end = f"; {instead}" if instead else " and has no replacement"
    if not before:
        return f"{what} is not in {target.name}{end}"
    last = format_release(max(before))
    return f"{what} was removed after {last}{end}"


def _dropped_keys(context: StepContext) -> Iterator[ModelError]:
    """Yield the keys that hold a value and that the release does not know."""
    # not on the way to 0.3, which most files take
    from stackcfg.validation.config_check import find_model_errors
    from stackcfg.validation.model_check import DROPPED

    declared = context.store_fields.declared
    for error in find_model_errors(context.data, declared, context.version):
        value = value_at(context.data, error.path)
        if error.kind != DROPPED or value in (None, "", [], {}):
            continue
        name = str(error.path[-1])
        # the step `renames` writes the new name
        if find_successor_key(error.model, name, context.version) is None:
            yield error


def _field_spans(error: ModelError) -> list[Span]:
    names: Sequence[str] = (error.model,)
    if len(error.path) == 1:
        names = root_model_names()
    name = str(error.path[-1])
    found: list[Span] = []
    for model in names:
        spans, _ = key_spans(model)
        found += spans.get(name, ())
    return sorted(found)
