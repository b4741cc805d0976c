"""A page for each rule of `validate` and each rule of stored rows, made from the rules."""

from __future__ import annotations

from stackcfg.cli.rule_pages import rule_page
from stackcfg.data.row_rules import row_rule_ids, row_rule_page
from stackcfg.validation.known_rules import rule_infos

FOLDER = "rules"

HEAD = """\
# Rules

`stackcfg explain ID` prints the page of a rule, `stackcfg rules` this list.

## Rules of `stackcfg validate`

| rule | severity | finds |
|---|---|---|
"""

ROWS_HEAD = """
## Rules for stored rows

`stackcfg data plan` names them.

| rule | what it is about |
|---|---|
"""


def rule_pages() -> dict[str, str]:
    """Return each page by its name below the docs."""
    found = {f"{FOLDER}/index.md": _list_of_rules()}
    for name in (*(info.id for info in rule_infos()), *row_rule_ids()):
        found[f"{FOLDER}/{name}.md"] = rule_page(name)
    return found


def _list_of_rules() -> str:
    rows = [
        f"| [{info.id}]({info.id}.md) | {info.severity} | {info.summary} |\n"
        for info in rule_infos()
    ]
    summaries = {
        name: row_rule_page(name).partition("\n")[0] for name in row_rule_ids()
    }
    row_rules = [
        f"| [{name}]({name}.md) | {text} |\n" for name, text in summaries.items()
    ]
    return "".join([HEAD, *rows, ROWS_HEAD, *row_rules])
