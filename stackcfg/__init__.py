"""Migrate and check the run configs of Llama Stack (OGX).

`migrate(text)` and `validate(text)` are the commands of the same names
for Python; `roundtrip` has both for documents of ruamel.yaml. They
raise `InputError` for text that cannot be read or is refused, and
`migrate` raises `ProofError` if its result fails the proof.
`StackcfgError` is the base of both.
"""

from __future__ import annotations

# Type checkers read it as true. Importing `typing` for it would slow every
# start.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackcfg.errors import StackcfgError
    from stackcfg.loading.errors import InputError
    from stackcfg.migration.proof import ProofError
    from stackcfg.reports.library import Migration, Validation

    __version__: str

__all__ = ["InputError", "ProofError", "StackcfgError", "migrate", "validate"]

_HOMES = {
    "InputError": "stackcfg.loading.errors",
    "ProofError": "stackcfg.migration.proof",
    "StackcfgError": "stackcfg.errors",
}


def __getattr__(name: str) -> object:
    """Return an exported name, imported only now (PEP 562)."""
    from importlib import import_module

    if name == "roundtrip":
        return import_module("stackcfg.roundtrip")
    if name == "__version__":
        return _read_version()
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'stackcfg' has no attribute '{name}'")


def _read_version() -> str:
    """Return the version of the build, or of the checkout that is installed."""
    from importlib import import_module

    try:
        return str(import_module("stackcfg._version").VERSION)
    except ModuleNotFoundError:
        return _find_installed_version() or "0+checkout"


def _find_installed_version() -> str:
    """Return the version in the name of the package's metadata; empty
    if there is none.

    `importlib.metadata` does the same, but its import takes as long as
    a start.
    """
    import os
    import sys

    start, end = "stackcfg-", ".dist-info"
    for folder in filter(os.path.isdir, sys.path):
        for name in os.listdir(folder):
            if name.startswith(start) and name.endswith(end):
                return name.removeprefix(start).removesuffix(end)
    return ""


def migrate(
    text: str,
    *,
    target: str | None = None,
    from_release: str | None = None,
    layout: str = "consolidate",
    providers: Iterable[Mapping[str, object]] = (),
) -> Migration:
    """Bring every run config in a string to a later release, and prove
    the result.

    The keywords are the options of the command: `target` (if None, the
    string decides: inline stores become the catalog of 0.3, a config of
    a later release stays as it is) and `from_release` (detected if
    None) name a release or a family, `layout` is consolidate or
    preserve. `providers` are mappings like a `[[providers]]` table of
    the settings.

    Raises `InputError`, `ProofError`, `ValueError` for an unknown
    release or layout, and `StackcfgError` for a bad provider.
    """
    _check_strings(text=text, target=target, from_release=from_release, layout=layout)
    from stackcfg.migration import engine
    from stackcfg.releases.declared import declare_store_fields
    from stackcfg.reports.library import Migration

    settings = engine.settings_for(
        target or None,
        layout,
        declare_store_fields(providers),
        from_release,
    )
    return Migration(*engine.migrate(text, settings._replace(detect=True)))


def validate(
    text: str,
    *,
    target: str | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    providers: Iterable[Mapping[str, object]] = (),
    schema: Mapping[str, object] | str | None = None,
) -> Validation:
    """Return all that a release would refuse, drop or misread in the
    run configs of a string.

    The keywords are the options of the command: `target` names a
    release or a family (if None, each config is judged by the newest
    release that it fits), `select` and `ignore` are rule ids, `schema`
    is a JSON Schema, as data or text. `providers` are mappings like a
    `[[providers]]` table of the settings.

    Raises `InputError`, `ValueError` for an unknown release or rule and
    for a bad schema, and `StackcfgError` for a bad provider.
    """
    _check_strings(text=text, target=target)
    for name, rules in (("select", select), ("ignore", ignore)):
        if isinstance(rules, str):
            raise TypeError(f"{name} must be a list of rule ids, not str")
    from stackcfg.releases.declared import declare_store_fields
    from stackcfg.reports.library import Validation
    from stackcfg.validation import engine
    from stackcfg.validation.settings import settings_for

    settings = settings_for(
        target or None,
        frozenset(select),
        frozenset(ignore),
        declare_store_fields(providers),
        _read_schema(schema),
    )
    return Validation(*engine.validate(text, settings))


def _check_strings(**arguments: object) -> None:
    for name, value in arguments.items():
        may_lack = value is None and name not in ("text", "layout")
        if not isinstance(value, str) and not may_lack:
            raise TypeError(f"{name} must be str, not {type(value).__name__}")


def _read_schema(schema: Mapping[str, object] | str | None) -> object:
    if schema is None:
        return None
    from stackcfg.validation.custom_schema import parse_schema

    if isinstance(schema, str):
        return parse_schema(schema)
    import json

    return parse_schema(json.dumps(schema))
