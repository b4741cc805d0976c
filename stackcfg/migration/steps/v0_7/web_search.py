"""0.6 → 0.7: the server chooses the provider of web search itself (0.7.0,
#4997).

Until then the tool group `builtin::websearch` named its provider. Now it is
the first provider of a search type that has a key; the first of all if none
has. An empty `api_key` is no key, a missing one counts as one.
Source: `auto_register_tool_groups`, the same in 0.7.0, 0.7.3, 1.0.4, 1.2.0, 1.4.1 and
1.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import Path, list_at, mapping_at
from stackcfg.releases.resources import RESOURCES_SECTION, WEB_SEARCH, WEB_SEARCH_TYPES
from stackcfg.runconfig.placeholders import may_be_empty, remove_conditions
from stackcfg.runconfig.values import as_string

LIST = (RESOURCES_SECTION, "tool_groups")
KEY = "api_key"


class _Searcher(NamedTuple):
    """A provider of web search: where it is, its id, whether it has a key."""

    path: Path
    name: str
    has_key: bool
    may_have_key: bool


def run(context: StepContext) -> Changes:
    """Report which provider is asked from now on."""
    searchers = list(_find_searchers(context))
    if not searchers:
        return
    registered = [
        remove_conditions(as_string(group.get("provider_id")))
        for group in list_at(context.data, LIST)
        if isinstance(group, Mapping) and group.get("toolgroup_id") == WEB_SEARCH
    ]
    if registered:
        yield from _report_choice(context, searchers, registered[0])
    elif context.is_older:
        message = (
            f"the server registers '{WEB_SEARCH}' itself where it has a search "
            "provider, so that clients can search the web now; remove this provider "
            "if they must not"
        )
        yield context.check(message, searchers[0].path)


def _find_searchers(context: StepContext) -> Iterator[_Searcher]:
    for path, provider in context.providers_of("tool_runtime"):
        if as_string(provider.get("provider_type")) in WEB_SEARCH_TYPES:
            name = remove_conditions(as_string(provider.get("provider_id")))
            config = mapping_at(provider, ("config",))
            key = config.get(KEY, True)
            can_be_empty = isinstance(key, str) and may_be_empty(key)
            has_key = bool(key) and not can_be_empty
            yield _Searcher(path, name, has_key, has_key or can_be_empty)


def _report_choice(
    context: StepContext, searchers: list[_Searcher], before: str
) -> Changes:
    names = [searcher.name for searcher in searchers]
    if before not in names:
        return
    earlier = searchers[: names.index(before)]
    competing = [searcher for searcher in earlier if searcher.may_have_key]
    if not competing:
        return
    condition = " if it has a key"
    if competing[0].has_key:
        condition = ""
    message = (
        f"the server searches the web with '{competing[0].name}' now{condition}, no "
        f"longer with '{before}': the first search provider of the list counts; list "
        f"'{before}' first to keep it"
    )
    yield context.check(message, competing[0].path)
