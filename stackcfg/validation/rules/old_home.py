"""A path below `~/.llama`, which ogx moves away.

ogx 0.8.0 (upstream #5653) renames `~/.llama` to `~/.ogx` when it starts and
there is no `~/.ogx` yet. With a path in `~/.llama` the server then creates new,
empty files. Where `~/.llama` is a mounted volume, it copies the files out of
the volume and deletes them there. Whether the files move
depends on the machine, so that no fix is safe. A plain `~` that the server does not
expand, as in the `db_path` of a KV backend, is no such path.

    db_path: ${env.SQLITE_STORE_DIR:=~/.llama/distributions/starter}/kvstore.db
    # write ~/.ogx
"""

from __future__ import annotations

from stackcfg.releases.changes import HOME_MOVED_SINCE
from stackcfg.releases.server_places import NEW_HOME, OLD_HOME
from stackcfg.runconfig.home_folder import old_home_at
from stackcfg.validation.queries.moved_stores import stores_of_backend
from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, Splice, UnsafeFix, value_of


def check(inspection: Inspection) -> Findings:
    if inspection.version < HOME_MOVED_SINCE or OLD_HOME not in inspection.text:
        return
    for path, node in inspection.scalars:
        if OLD_HOME not in node.text:
            continue
        if old_home_at(inspection.data, path).search(node.text):
            yield RuleFinding(
                value_of(*path),
                f"{inspection.release} renames '{OLD_HOME}' to '{NEW_HOME}' "
                "when it starts; "
                "this path is then empty",
                help=f"write '{NEW_HOME}', or an absolute path; a volume that is "
                f"mounted at '{OLD_HOME}' must be mounted there first",
                unsafe=UnsafeFix(
                    f"write '{NEW_HOME}'",
                    (Splice(path, OLD_HOME, NEW_HOME),),
                    stores_of_backend(inspection, path),
                ),
            )


RULE = Rule("old-home", WARNING, __doc__, check)
