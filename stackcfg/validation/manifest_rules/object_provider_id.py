"""Two providers of an `OGXServer` with one id, or a model of a provider that it does not have.

The webhook of the operator refuses the object. A provider without `id` is called
after its type: `remote-vllm`, `inline-builtin`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, as_mapping, mapping_at
from stackcfg.patterns import lazy_pattern
from stackcfg.spelling import nearest_word
from stackcfg.validation.manifest_rule import (
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.suggestions import did_you_mean
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of

_PROVIDERS = ("spec", "providers")
_CAPITAL = lazy_pattern("([A-Z])")


class _Provider(NamedTuple):
    """A provider: its path and id, None where that is not known."""

    path: Path
    id: str | None


def check(inspection: ManifestInspection) -> Findings:
    providers = list(_find_providers(inspection.object.data))
    first: dict[str, Path] = {}
    for path, name in providers:
        if name is None:
            continue
        if name in first:
            yield RuleFinding(
                _place_of(inspection, path),
                f"two providers have the id '{name}'; the operator refuses the object",
                help="write an 'id' of its own",
                also=((_place_of(inspection, first[name]), "the other one"),),
            )
        first.setdefault(name, path)
    if providers and all(each.id is not None for each in providers):
        yield from _check_models(inspection, list(first))


def _place_of(inspection: ManifestInspection, path: Path) -> Any:
    if inspection.value(*path, "id") is None:
        return key_of(*path)
    return value_of(*path, "id")


def _check_models(inspection: ManifestInspection, known: list[str]) -> Findings:
    for path, _ in inspection.items("spec", "resources", "models"):
        name = inspection.text(*path, "provider")
        if name and name not in known:
            advice = did_you_mean(
                nearest_word(name, known), f"known: {', '.join(known)}"
            )
            yield RuleFinding(
                value_of(*path, "provider"),
                f"no provider has the id '{name}'; the operator refuses the object",
                help=advice,
            )


def _find_providers(data: Mapping[str, Any]) -> Iterator[_Provider]:
    for api, places in mapping_at(data, _PROVIDERS).items():
        for place, kinds in as_mapping(places).items():
            for kind, value in as_mapping(kinds).items():
                path = (*_PROVIDERS, api, place, kind)
                if isinstance(value, list):
                    for index, each in enumerate(value):
                        name = _id_of(as_mapping(each), place, kind)
                        yield _Provider((*path, index), name)
                elif isinstance(value, Mapping):
                    yield _Provider(path, _id_of(value, place, kind))


def _id_of(provider: Mapping[Any, Any], place: str, kind: str) -> str | None:
    name = provider.get("id")
    if name is None and kind == "custom":
        name = provider.get("type")
        if isinstance(name, str):
            name = name.replace("::", "-")
    elif name is None:
        words = _CAPITAL.sub(r"-\1", kind).lower()
        name = f"{place}-{words}"
    if not isinstance(name, str) or is_unknown(name):
        return None
    return name


RULE = ManifestRule("object-provider-id", ERROR, __doc__, check)
