"""Faults of provider entries, and of the list of APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stackcfg.paths import Path, as_mapping, value_at
from tests.conformance.agreement.draft import Draft, Fault
from tests.conformance.mutations.language import ABSENT, copied, put, rename, typo


def provider_faults() -> Iterator[Fault]:
    """Yield the faults, the frequent ones more than once."""
    yield from (_add, _add, _add, _retype, _retype, _set_setting, _set_setting)
    yield from (_set_setting, _rename_id, _rename_id, _change_api, _remove)
    yield from (_change_apis, _change_config)


def _choose(draft: Draft) -> Path | None:
    paths = draft.providers()
    return draft.rng.choice(paths) if paths else None


def _schema_of(draft: Draft, path: Path) -> Any:
    entry = as_mapping(value_at(draft.config, path))
    kind = str(entry.get("provider_type"))
    return as_mapping(draft.types(str(path[1])).get(kind)).get("schema") or {}


def _add(draft: Draft) -> str | None:
    api = draft.rng.choice(list(draft.vocabulary["providers"]))
    if not draft.types(api):
        return None
    kind = draft.rng.choice(list(draft.types(api)))
    described = draft.types(api)[kind]
    config = copied(described["sample"])
    form = draft.rng.choice(("sample", "sample", "made", "empty", "sample less a key"))
    if form == "made" and described["schema"]:
        config = draft.maker(described["schema"]).make(described["schema"])
    elif form == "empty":
        config = {}
    elif form == "sample less a key" and config:
        del config[draft.rng.choice(list(config))]
    name = draft.rng.choice((kind.split("::")[-1], f"{api}-2", *draft.ids(api)))
    entry = {"provider_id": name, "provider_type": kind, "config": config}
    group = draft.config["providers"].setdefault(api, [])
    if not isinstance(group, list):
        return None
    group.append(entry)
    apis = draft.config.get("apis")
    if isinstance(apis, list) and api not in apis and draft.rng.random() < 0.7:
        apis.append(api)
    return f"provider added, config {form}"


def _retype(draft: Draft) -> str | None:
    path = _choose(draft)
    if path is None:
        return None
    place = (*path, "provider_type")
    kind = str(value_at(draft.config, place))
    other = draft.rng.choice(list(draft.vocabulary["providers"]))
    forms = {
        "of the same API": draft.rng.choice([*draft.types(str(path[1])), kind]),
        "of another API": draft.rng.choice([*draft.types(other), kind]),
        "mistyped": typo(kind, draft.rng),
        "in capitals": kind.upper(),
        "without prefix": kind.split("::")[-1],
        "with the other prefix": f"remote::{kind.split('::')[-1]}",
        "odd": draft.odd(),
    }
    form = draft.rng.choice(list(forms))
    put(draft.config, place, forms[form])
    return f"provider type {form}"


def _set_setting(draft: Draft) -> str | None:
    path = _choose(draft)
    if path is None:
        return None
    schema = _schema_of(draft, path)
    fields = as_mapping(schema.get("properties"))
    if not fields or not isinstance(value_at(draft.config, (*path, "config")), dict):
        return None
    name = draft.rng.choice(list(fields))
    value, form = draft.odd(), "odd"
    if draft.rng.random() < 0.6:
        value, form = draft.maker(schema).make(fields[name], name), "made"
    put(draft.config, (*path, "config", name), value)
    return f"provider setting {form}"


def _rename_id(draft: Draft) -> str | None:
    path = _choose(draft)
    if path is None:
        return None
    values = (
        *(None, "", 17, True, "__disabled__", "other", "With Space", ABSENT, []),
        *("${env.MY_ID:=mine}", "${env.MY_ID:+mine}", "${env.MY_ID:=}", "all"),
        *draft.ids(),
    )
    value = draft.rng.choice(values)
    place = (*path, "provider_id")
    if value is ABSENT and "provider_id" not in value_at(draft.config, path):
        return None
    put(draft.config, place, value)
    return "provider id changed"


def _change_api(draft: Draft) -> str | None:
    groups = draft.config.get("providers")
    if not isinstance(groups, dict) or not groups:
        return None
    api = draft.rng.choice(list(groups))
    known = list(draft.vocabulary["providers"])
    names = (typo(api, draft.rng), api.upper(), api.replace("_", "-"), *known)
    name = draft.rng.choice(names)
    if name in groups:
        return None
    rename(draft.config, ("providers", api), name)
    return "providers under another API"


def _remove(draft: Draft) -> str | None:
    path = _choose(draft)
    if path is None:
        return None
    if draft.rng.random() < 0.3:
        put(draft.config, path[:2], draft.rng.choice((ABSENT, [], None)))
        return "providers of an API removed"
    put(draft.config, path, ABSENT)
    return "provider removed"


def _change_apis(draft: Draft) -> str | None:
    apis = draft.config.get("apis")
    if not isinstance(apis, list) or not apis:
        return None
    known = [*draft.vocabulary["providers"], "models", "shields", "inspect", "nope"]
    place = draft.rng.randrange(len(apis))
    form = draft.rng.choice(("added", "mistyped", "removed", "odd", "none", "no list"))
    if form == "added":
        apis.append(draft.rng.choice(known))
    elif form == "mistyped":
        name = str(apis[place])
        apis[place] = draft.rng.choice((typo(name, draft.rng), name.upper()))
    elif form == "removed":
        del apis[place]
    elif form == "odd":
        apis[place] = draft.odd()
    elif form == "none":
        apis.clear()
    else:
        draft.config["apis"] = draft.rng.choice((None, "inference", {}, ABSENT))
        if draft.config["apis"] is ABSENT:
            del draft.config["apis"]
    return f"API {form}"


def _change_config(draft: Draft) -> str | None:
    path = _choose(draft)
    if path is None:
        return None
    value = draft.rng.choice((None, {}, [], "some text", ABSENT))
    if value is ABSENT and "config" not in value_at(draft.config, path):
        return None
    put(draft.config, (*path, "config"), value)
    return "provider config replaced"
