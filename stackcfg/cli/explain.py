"""The published pages of the rules, made from what the rules say of themselves.

`python -m stackcfg.cli.explain` writes them to where `rule_pages` reads
them: the README of each folder of rules.
"""

from __future__ import annotations

from stackcfg.cli.rule_pages import ROW_RULES_FILE, RULES_FILE
from stackcfg.data.row_rules import row_rule_ids, row_rule_page
from stackcfg.system.file_writing import write_file
from stackcfg.validation.fix_pages import describe_fix_of
from stackcfg.validation.known_rules import rule_infos

DOCUMENT_HEAD = """\
# Rules of `stackcfg validate`

Made from the rules themselves; `stackcfg explain ID` shows one.

| rule | severity | finds |
|---|---|---|
"""

ROW_DOCUMENT_HEAD = """\
# Rules for stored rows

Made from the rules themselves; `stackcfg explain ID` shows one, `stackcfg data plan` names
those that a copy needs.
"""


def document() -> str:
    """Return every page in one Markdown document, after a list of the rules."""
    rows = []
    pages = []
    for info in rule_infos():
        rows.append(f"| [{info.id}](#{info.id}) | {info.severity} | {info.summary} |\n")
        pages.append(
            f"## {info.id}\n\n*{info.severity}.* {info.page}\n{describe_fix_of(info.id)}\n"
        )
    return f"{DOCUMENT_HEAD}{''.join(rows)}\n" + "\n".join(pages)


def row_document() -> str:
    """Return every page of a rule for stored rows in one Markdown document."""
    pages = [f"\n## {rule}\n\n{row_rule_page(rule)}" for rule in row_rule_ids()]
    return ROW_DOCUMENT_HEAD + "".join(pages)


def main() -> None:
    """Write both documents."""
    for path, text in ((RULES_FILE, document()), (ROW_RULES_FILE, row_document())):
        write_file(path, text)


if __name__ == "__main__":
    main()
