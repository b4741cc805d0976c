"""What a shell offers for the words of a command line that are one of many: ids of rules, releases.

Nothing is imported before a shell asks.
"""

from __future__ import annotations


def rule_ids(incomplete: str) -> list[str]:
    """The rules of `validate`; after a comma one more."""
    from stackcfg.validation.engine import rule_infos

    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{info.id}" for info in rule_infos()]


def pages(incomplete: str) -> list[str]:
    """Every rule that has a page, those for stored rows too."""
    from stackcfg.data.row_rules import row_rule_ids as row_rule_ids

    return [*rule_ids(incomplete), *row_rule_ids()]


def releases(incomplete: str) -> list[str]:
    """Release families, and the releases of one once its name and a dot are there."""
    from stackcfg.releases.families import families
    from stackcfg.releases.versions import described_releases, format_release

    names = [family.name for family in families()]
    opened = [
        each
        for each in described_releases()
        if incomplete.startswith(f"{format_release(each[:2])}.")
    ]
    return [*names, *map(format_release, opened)]
