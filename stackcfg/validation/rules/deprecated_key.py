"""A key that upstream has deprecated and that the release still reads.

The server reads it as before. A later release will not have it, and will then
drop the key or refuse the file. If the release has the key under another name
too, the finding names it.
"""

from __future__ import annotations

from stackcfg.paths import mapping_at
from stackcfg.releases.renames import find_key_rename, replacement_of
from stackcfg.validation.model_check import DEPRECATED, ModelError
from stackcfg.validation.rule import INFO, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    name = str(error.path[-1])
    rename = find_key_rename(error.model, name, inspection.version)
    instead = replacement_of(error.model, name, inspection.version)
    fix, help_text = None, instead or "a later release will not have it"
    if rename is not None:
        help_text = f"use '{rename.new}'"
        if rename.new not in mapping_at(inspection.data, error.path[:-1]):
            fix, help_text = rename.new, f"rename it to '{rename.new}'"
    return RuleFinding(
        key_of(*error.path),
        f"'{name}' is deprecated in {inspection.release}",
        help=help_text,
        fix=fix,
    )


RULE = Rule("deprecated-key", INFO, __doc__, kinds=(DEPRECATED,), describe=describe)
