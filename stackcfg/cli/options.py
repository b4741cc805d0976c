"""Options and arguments that several commands share, and what a shell offers for them.

Facts and rules are imported only when a shell asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer import Argument, Option

FILES_HELP = "Run configs, patterns, folders to search, or - for standard input."


def choice(*names: str, choices: Iterable[str], help: str, **more: Any) -> Any:
    """Return an option that takes one of a few words.

    An enum would repeat the names of the formats, which their
    dictionaries have.
    """
    known = list(choices)

    def parse(word: str) -> str:
        if word not in known:
            listed = ", ".join(f"'{each}'" for each in known)
            raise typer.BadParameter(f"'{word}' is not one of {listed}.")
        return word

    def complete(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return Option(
        *names,
        help=help,
        parser=parse,
        metavar=f"[{'|'.join(known)}]",
        autocompletion=complete,
        **more,
    )


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn `ValueError`, as for an unknown release, into a mistake of usage."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def release_option(*names: str, help: str) -> Any:
    """Return an option that names a release or a release family."""
    return Option(
        *names, help=help, metavar="RELEASE", autocompletion=complete_releases
    )


def rule_option(help: str) -> Any:
    """Return an option that names rules, and may be repeated."""
    return Option(help=help, metavar="RULE", autocompletion=complete_rule_ids)


Files = Annotated[
    list[str], Argument(help=FILES_HELP, metavar="FILE...", show_default=False)
]
OptionalFiles = Annotated[
    list[str] | None,
    Argument(help=f"{FILES_HELP} Default: this folder.", metavar="[PATH]..."),
]
Exclude = Annotated[
    list[str] | None,
    Option(
        "--exclude",
        help="Leave these files out; a pattern as in a .gitignore (may be repeated).",
        metavar="GLOB",
    ),
]
Color = Annotated[
    bool | None,
    Option(
        "--color/--no-color",
        help="Color the output [default: on a terminal].",
        show_default=False,
    ),
]
StdinFilename = Annotated[
    str, Option(help="What messages call standard input.", metavar="NAME")
]
Verbose = Annotated[
    bool, Option("-v", "--verbose", help="Say which files were skipped.")
]


def complete_rule_ids(incomplete: str) -> list[str]:
    """Return the rules of `validate`, each after the ids that a comma
    already ends.
    """
    from stackcfg.cli.rule_pages import read_rule_pages

    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{rule}" for rule in read_rule_pages()]


def complete_pages(incomplete: str) -> list[str]:
    """Return every rule that has a page, those for stored rows included."""
    from stackcfg.cli.rule_pages import read_row_rule_pages

    return [*complete_rule_ids(incomplete), *read_row_rule_pages()]


def complete_releases(incomplete: str) -> list[str]:
    """Return release families, and the releases of the one that is
    typed with a dot.
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
