"""Rules that are not about a release: ignore comments, and the user's
JSON Schema.
"""

from __future__ import annotations

from stackcfg.validation.findings import ERROR, WARNING, RuleInfo

UNUSED_IGNORE = RuleInfo(
    "unused-ignore",
    WARNING,
    "An ignore comment that silences nothing",
    """\
An ignore comment that silences nothing.

`# stackcfg: ignore[rule] reason` silences a rule on its line; if it is on a line of its
own, on the next line. A comment that silences nothing would hide the next finding there:
remove it. A comment must name its rules.
""",
)

SCHEMA = RuleInfo(
    "schema",
    ERROR,
    "Something that your own JSON Schema forbids",
    """\
Something that your own JSON Schema forbids.

`stackcfg validate --schema FILE` also validates each config with a JSON Schema of your
organisation, and reports the schema's errors at their line.
""",
)

EXTRA_RULES = (UNUSED_IGNORE, SCHEMA)
