"""A key that has another name in this release.

The server drops the key, or refuses the file where the key is required. If the
key has the address or the credential of a provider, the server starts and uses
another one. The names of each release were read from its config models and
code (`url` of inference became `base_url` in 0.4.0, upstream #4177).

    config:
      url: http://localhost:11434   # 0.7.3 reads 'base_url', with '/v1'
"""

from __future__ import annotations

from collections.abc import Mapping

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Path, mapping_at
from stackcfg.releases.models import config_model
from stackcfg.releases.renames import RESOURCES, KeyRename, find_key_rename
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.addresses import form_in_config, short_address, whole_address
from stackcfg.runconfig.placeholders import fill_defaults
from stackcfg.runconfig.substitution import substitute
from stackcfg.validation.model_check import (
    DROPPED,
    FORBIDDEN,
    MISSING,
    ModelError,
    check_type,
)
from stackcfg.validation.queries.severity import (
    is_empty_by_default,
    severity_of_loss,
)
from stackcfg.validation.queries.wording import verb_of_refusal
from stackcfg.validation.rule import (
    ERROR,
    INFO,
    WARNING,
    Errors,
    Findings,
    Inspection,
    Rule,
)
from stackcfg.validation.rule_finding import (
    Correction,
    RuleFinding,
    key_of,
    value_of,
)


class _Renamed(NamedTuple):
    """A renamed key: where it is, in which model, and the mapping with it.

    `refusal` is the error for which the server does not start, if there is one.
    """

    path: Path
    model: str
    rename: KeyRename
    holder: Mapping[Any, Any]
    refusal: ModelError | None

    @property
    def value(self) -> Any:
        return self.holder[self.path[-1]]

    @property
    def is_doubled(self) -> bool:
        """Whether the mapping has the key under both names."""
        return self.rename.new in self.holder


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim renamed keys, and the missing keys that have another name in the
    file.
    """
    key = _find_old_key(inspection, error)
    if key is None:
        return False
    # an open model keeps any key
    return error.kind != MISSING or inspection.is_unread_key(key)


def _find_old_key(inspection: Inspection, error: ModelError) -> Path | None:
    """Return the path of the renamed key that an error comes from."""
    *holder, name = error.path
    is_renamed = _find_rename(inspection, error.model, name) is not None
    if error.kind in (DROPPED, FORBIDDEN) and is_renamed:
        return error.path
    if error.kind == MISSING:
        for key in mapping_at(inspection.data, tuple(holder)):
            rename = _find_rename(inspection, error.model, key)
            if rename is not None and rename.new == name:
                return (*holder, key)
    return None


def _find_rename(
    inspection: Inspection,
    model: str,
    key: Any,
) -> KeyRename | None:
    if not isinstance(key, str):
        return None
    return find_key_rename(model, key, inspection.version)


def report(inspection: Inspection, errors: Errors) -> Findings:
    """Report each renamed key; a missing key of the other name is the same
    fault.
    """
    missing = {error.path: error for error in errors if error.kind == MISSING}
    for error in errors:
        rename = _find_rename(inspection, error.model, error.path[-1])
        if error.kind == MISSING or rename is None:
            continue
        holder = mapping_at(inspection.data, error.path[:-1])
        refusal = missing.get((*error.path[:-1], rename.new))
        if error.kind == FORBIDDEN:
            refusal = error
        yield _describe(
            inspection,
            _Renamed(
                path=error.path,
                model=error.model,
                rename=rename,
                holder=holder,
                refusal=refusal,
            ),
        )


def _describe(inspection: Inspection, renamed: _Renamed) -> RuleFinding:
    corrections = _find_corrections(inspection, renamed)
    fix = None
    if corrections:
        fix = corrections[0].text
    return RuleFinding(
        key_of(*renamed.path),
        f"{_describe_names(renamed.rename)}; {inspection.release} "
        f"{_describe_effect(renamed)}",
        help=_describe_remedy(inspection, renamed),
        fix=fix,
        also_fix=corrections[1:],
        severity=_severity(inspection, renamed),
    )


def _describe_names(rename: KeyRename) -> str:
    if not rename.since:
        return f"'{rename.old}' is written '{rename.new}'"
    when = "since" if rename.is_older else "before"
    release = format_release(rename.since)
    return f"'{rename.old}' is called '{rename.new}' {when} {release}"


def _describe_effect(renamed: _Renamed) -> str:
    if renamed.refusal is not None:
        return verb_of_refusal(renamed.refusal)
    if renamed.is_doubled:
        return f"drops it and reads '{renamed.rename.new}'"
    holds = renamed.rename.setting.holds
    if holds == RESOURCES:
        return "drops it and registers nothing in it"
    if holds:
        return f"drops it, and with it the {holds}"
    return "drops it"


def _severity(inspection: Inspection, renamed: _Renamed) -> str:
    if renamed.refusal is not None:
        return ERROR
    if renamed.is_doubled and renamed.holder[renamed.rename.new] == renamed.value:
        return INFO
    loss = severity_of_loss(renamed.value)
    if loss:
        return loss
    is_grave = bool(renamed.rename.setting.holds) and not renamed.is_doubled
    is_lost = not is_empty_by_default(renamed.value)
    is_grave = is_grave and is_lost and not _is_default(inspection, renamed)
    if is_grave and _is_used(inspection, renamed.path):
        return ERROR
    return WARNING


def _is_default(inspection: Inspection, renamed: _Renamed) -> bool:
    """Return whether the server uses the same value by default."""
    form, value = renamed.rename.setting.address, _value_under_new_name(renamed)
    if not isinstance(value, str):
        return False
    fields = config_model(renamed.model, inspection.version).fields
    defaults = [fields[renamed.rename.new].default]
    if form is not None:
        defaults.append(form.fixed)
    return fill_defaults(value).rstrip("/") in [each for each in defaults if each]


def _is_used(inspection: Inspection, path: Path) -> bool:
    """Return whether an entry is outside of providers that are always off."""
    return path[:3] not in inspection.disabled_providers


def _describe_remedy(inspection: Inspection, renamed: _Renamed) -> str:
    new, setting = renamed.rename.new, renamed.rename.setting
    if renamed.is_doubled:
        if severity_of_loss(renamed.holder[new]):
            return f"move it to '{new}'"
        return f"remove it; '{new}' is set too"
    if setting.differs:
        return f"write '{new}'; {setting.differs}"
    ending = ""
    if setting.address is not None:
        ending = form_in_config(setting.address, renamed.holder).ending
    is_same = _value_under_new_name(renamed) == renamed.value
    if not ending or is_same:
        return f"rename it to '{new}'"
    if renamed.rename.is_older:
        return f"rename it to '{new}', with '{ending}' at the end of the address"
    return f"rename it to '{new}', to which {inspection.release} adds '{ending}'"


def _find_corrections(
    inspection: Inspection, renamed: _Renamed
) -> tuple[Correction, ...]:
    """Return the corrections that give the key its name here; none if what it
    means is not known.
    """
    rename = renamed.rename
    if renamed.is_doubled or rename.setting.differs:
        return ()
    found = [Correction(key_of(*renamed.path), rename.new)]
    value = _value_under_new_name(renamed)
    if value != renamed.value:
        if not isinstance(value, str):
            return ()
        found.append(Correction(value_of(*renamed.path), value))
    inner = _correct_inside(inspection, renamed, value)
    if inner is None:
        return ()
    return (*found, *inner)


def _value_under_new_name(renamed: _Renamed) -> Any:
    """Return what the new key means the same with; None if nothing does."""
    form, value = renamed.rename.setting.address, renamed.value
    if form is None or not isinstance(value, str):
        return value
    form = form_in_config(form, renamed.holder)
    if renamed.rename.is_older:
        return whole_address(
            value,
            form,
            "",
            is_same_key=False,
        )
    return short_address(value, form)


def _correct_inside(
    inspection: Inspection, renamed: _Renamed, value: Any
) -> list[Correction] | None:
    """Return the corrections of renamed keys inside of a value.

    None if the new key does not accept the value even so.
    """
    found: dict[Path, Correction] = {}
    version, path = inspection.version, renamed.path
    fields = config_model(renamed.model, version).fields
    kind = fields[renamed.rename.new].kind
    for known in inspection.variables_set:
        seen = substitute(value, known, version)
        errors = check_type(
            kind,
            seen,
            path,
            version,
            renamed.model,
        )
        for error in errors:
            if _find_old_key(inspection, error) is not None:
                rename = _find_rename(inspection, error.model, error.path[-1])
                if error.kind != MISSING and rename is not None:
                    found[error.path] = Correction(key_of(*error.path), rename.new)
            else:
                return None
    return list(found.values())


RULE = Rule("renamed-key", ERROR, __doc__, claims=claims, report=report)
