"""What a family does not have any more and nothing takes over: APIs, provider types, keys.

Each goes into a comment in its place. Sources: the Api enums, provider registries and config models of the released
wheels, as the facts record them (0.4.0 #3897 telemetry, 0.7.0 #5104 post_training, 0.8.0 #5290 eval and datasetio,
1.0.0 #5291 safety, #5750 quota and cors). What no release ever had is somebody's own, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stackcfg.migration.changes import INFO, Change, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.migration.steps.v0_3.registered_resources import no_lists
from stackcfg.paths import Path, value_at
from stackcfg.releases.models import field_spans, root_model_names
from stackcfg.releases.providers import (
    api_spans,
    apis,
    provider_spans,
    provider_types,
    resolve_api_name,
)
from stackcfg.releases.versions import Release, format_release
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string

if TYPE_CHECKING:
    from stackcfg.validation.model_check import ModelError


def run(context: StepContext) -> Iterator[Change]:
    """Comment out what the release would refuse or drop, and name what was dropped before as well."""
    entries = [*_apis(context), *_providers(context)]
    taken = {each.path for each in entries}
    misfits = no_lists(context)
    for each in _dropped(context):
        if any(each.path[:length] in taken for length in range(1, len(each.path))):
            continue
        name, family = str(each.path[-1]), context.release.target.name
        if len(each.path) == 1 and name in misfits:
            yield misfits[name]
        elif _was_known(context, each):
            entries.append(
                CommentedOut(
                    each.path, f"{family} has no '{name}'{_last(context, each)}"
                )
            )
        elif not _spans(each) and context.release.target.last == (
            context.release.final or context.release.target.last
        ):
            yield StepNote(
                INFO,
                f"'{name}' is read by no release: it stays, without effect",
                context.text.offset(each.path),
            )
    yield from comment_out(context, entries)


def _apis(context: StepContext) -> Iterator[CommentedOut]:
    version, section = (
        context.release.target.last,
        value_at(context.data, ("providers",)),
    )
    for name in section if isinstance(section, Mapping) else ():
        api = resolve_api_name(name, version) if isinstance(name, str) else name
        if (
            not isinstance(api, str)
            or not api_spans(api)
            or (api in apis(version) and provider_types(api, version))
        ):
            continue
        yield CommentedOut(
            ("providers", name),
            f"{context.release.target.name} has no API '{api}', nothing takes its place",
        )
    listed = value_at(context.data, ("apis",))
    for index, api in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(api, str) and api_spans(api) and api not in apis(version):
            yield CommentedOut(
                ("apis", index),
                f"{context.release.target.name} has no API '{api}'",
                INFO,
            )


def _providers(context: StepContext) -> Iterator[CommentedOut]:
    version = context.release.target.last
    for api, index, provider in provider_entries(context.data):
        kind = as_string(provider.get("provider_type"))
        spans = provider_spans(resolve_api_name(api, version), kind)
        if (
            not spans
            or kind in provider_types(resolve_api_name(api, version), version)
            or provider.get("module")
        ):
            continue
        before = [until for _, until in spans if until < version]
        if not before:
            continue
        reason = f"{context.release.target.name} has no provider '{kind}' for {api} (last in {format_release(max(before))})"
        path: Path = ("providers", api, index)
        yield (
            CommentedOut(path, reason, INFO)
            if is_disabled(provider)
            else CommentedOut(path, reason)
        )


def _dropped(context: StepContext) -> Iterator[ModelError]:
    """The keys that hold a value and that the release does not know."""
    from stackcfg.validation.inspection import (
        Inspection,
    )  # not on the way to 0.3, which most files take
    from stackcfg.validation.model_check import DROPPED

    inspection = Inspection(
        context.text.document,
        context.data,
        context.store_fields,
        context.release.target.last,
    )
    for each in inspection.model_errors:
        if each.kind == DROPPED and _holds_something(value_at(context.data, each.path)):
            yield each


def _holds_something(value: Any) -> bool:
    return value not in (None, "", [], {})


def _was_known(context: StepContext, each: ModelError) -> bool:
    return any(since < context.release.target.last for since, _ in _spans(each))


def _last(context: StepContext, each: ModelError) -> str:
    before = [until for _, until in _spans(each) if until < context.release.target.last]
    return (
        f" (last in {format_release(max(before))}), nothing takes its place"
        if before
        else ", nothing takes its place"
    )


def _spans(each: ModelError) -> list[tuple[Release, Release]]:
    names = root_model_names() if len(each.path) == 1 else (each.model,)
    return sorted(
        span for name in names for span in field_spans(name, str(each.path[-1]))
    )
