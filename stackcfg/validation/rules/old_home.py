"""A path below `~/.llama`, which ogx moves away.

ogx 0.8.0 (upstream #5653) renames `~/.llama` to `~/.ogx` at its start where there is no `~/.ogx` yet. A config that
still says `~/.llama` then creates new, empty files there.

    db_path: ${env.SQLITE_STORE_DIR:=~/.llama/distributions/starter}/kvstore.db    # write ~/.ogx
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.changes import HOME_MOVED_SINCE
from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of

OLD: Final = "~/.llama"
NEW: Final = "~/.ogx"


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each path."""
    if inspection.version < HOME_MOVED_SINCE or OLD not in inspection.text:
        return
    for path, node in inspection.scalars:
        if OLD in node.text:
            place = value_of(*path)
            yield RuleFinding(
                place,
                f"'{OLD}' is renamed to '{NEW}' when {format_release(inspection.version)} starts, and this path is then empty",
                help=f"write '{NEW}', or an absolute path",
                rewrite=((place, node.text.replace(OLD, NEW)),),
            )


RULE: Final = Rule("old-home", WARNING, __doc__, check=check)
