"""Words that a shell offers while a command line is typed: ids of rules,
releases.

Facts and rules are imported only when a shell asks.
"""

from __future__ import annotations


def complete_rule_ids(incomplete: str) -> list[str]:
    """Return the rules of `validate`, each after the ids that a comma already
    ends.
    """
    from stackcfg.cli.rule_pages import read_rule_pages

    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{rule}" for rule in read_rule_pages()]


def complete_pages(incomplete: str) -> list[str]:
    """Return every rule that has a page, those for stored rows included."""
    from stackcfg.cli.rule_pages import read_row_rule_pages

    return [*complete_rule_ids(incomplete), *read_row_rule_pages()]


def complete_releases(incomplete: str) -> list[str]:
    """Return release families, and the releases of the one that is typed with a
    dot.
    """
    from stackcfg.releases.families import families
    from stackcfg.releases.names import LATEST
    from stackcfg.releases.versions import described_releases, format_release

    names = [*(family.name for family in families()), LATEST]
    releases = [
        format_release(release)
        for release in described_releases()
        if incomplete.startswith(f"{format_release(release[:2])}.")
    ]
    return names + releases
