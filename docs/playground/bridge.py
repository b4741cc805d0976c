"""What the page asks of stackcfg: one call for each change of the text."""

from __future__ import annotations

import difflib
import json

import stackcfg
from stackcfg.releases.families import families

CONTEXT = 3
"""Lines around a change that the diff shows."""


def known_targets() -> str:
    """Return the release families that a config can be migrated to, newest first, as JSON."""
    names = [family.name for family in families()]
    return json.dumps(names[: names.index("0.3") - 1 : -1])


def convert(text: str, target: str, layout: str) -> str:
    """Return the new text, its diff, the report and the findings, as JSON."""
    try:
        migration = stackcfg.migrate(text, target=target or None, layout=layout)
    except (stackcfg.StackcfgError, ValueError) as error:
        return json.dumps({"error": _describe(error)})
    return json.dumps(
        {
            "text": migration.text,
            "changed": migration.changed,
            "needs_action": migration.needs_action,
            "rows": _diff_rows(text, migration.text),
            "report": migration.to_dict("run.yaml"),
            "findings": _findings(migration.text, target),
        }
    )


def _describe(error: Exception) -> str:
    if not isinstance(error, stackcfg.InputError):
        return str(error)
    line, column = error.position
    if not line:
        return str(error)
    return f"line {line}, column {column}: {error}"


def _diff_rows(old: str, new: str) -> list[list[object]]:
    """Return rows of a side-by-side diff: a kind, and line number and text of both sides."""
    before, after = old.splitlines(), new.splitlines()
    rows: list[list[object]] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        if rows:
            rows.append(["gap", 0, "", 0, ""])
        for kind, a, a_end, b, b_end in group:
            for offset in range(max(a_end - a, b_end - b)):
                left, right = a + offset, b + offset
                is_left, is_right = left < a_end, right < b_end
                rows.append(
                    [
                        kind,
                        left + 1 if is_left else 0,
                        before[left] if is_left else "",
                        right + 1 if is_right else 0,
                        after[right] if is_right else "",
                    ]
                )
    return rows


def _findings(text: str, target: str) -> list[dict[str, object]]:
    try:
        found = stackcfg.validate(text, target=target or None).findings
    except (stackcfg.StackcfgError, ValueError):
        return []
    return [
        {
            "rule": each.rule,
            "severity": each.severity,
            "message": each.message,
            "help": each.help,
            "line": each.span.start[0],
        }
        for each in found
    ]
