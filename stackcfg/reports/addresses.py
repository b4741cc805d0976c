"""Where the pages of `docs/` are, for links in reports."""

from __future__ import annotations

from stackcfg.light_typing import Final

DOCS: Final = ""
"""The address of the built pages, with a slash at its end; empty while
they have none. `site_url` in `mkdocs.yml` is the same.
"""


def rule_address(rule: str, docs: str = DOCS) -> str:
    """Return the address of a rule's page; empty while the pages have none."""
    if not docs:
        return ""
    return f"{docs}rules/{rule}/"
