"""Prints the pages that need nothing but their text: the help, the rules, one rule.

What is not understood here goes to `app`, and so does a mistake. A test
holds that both ways print the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from stackcfg.system.terminal import print_to_terminal


def find_page(arguments: list[str]) -> Callable[[], int] | None:
    """Return what prints the page that a command line asks for; None
    for another command line.
    """
    match arguments:
        case ["--help" | "-h"]:
            from stackcfg.cli.help_text import read_help

            text = read_help()
        case ["rules"]:
            text = draw_rules()
        case ["explain", rule] if not rule.startswith("-"):
            text = _find_rule_page(rule)
        case _:
            text = None
    if text is None:
        return None
    return partial(_print, text)


def draw_rules() -> str:
    """Return the list of all rules, for the terminal of standard output."""
    from stackcfg.cli.rule_pages import list_rules
    from stackcfg.system.terminal import terminal_width

    lines = list_rules(terminal_width(sys.stdout))
    return "".join(f"{line}\n" for line in lines)


def _find_rule_page(rule: str) -> str | None:
    from stackcfg.cli.rule_pages import rule_page

    try:
        return rule_page(rule)
    except ValueError:
        return None


def _print(text: str) -> int:
    print_to_terminal(text)
    return 0
