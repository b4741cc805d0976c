"""A config of 0.2 or earlier, which must be migrated first.

Until 0.2.24 every store is a snippet of its own (`metadata_store`, `inference_store`, a provider's `kvstore`). Since
0.3.0 there is one catalog, `storage.backends`, and stores are references into it (upstream #3697). 0.3 refuses such a
file with "storage: Field required"; 0.4 and later accept it, drop its stores, and start on empty databases.

    metadata_store:
      type: sqlite
      db_path: /data/registry.db

Run `stackcfg migrate FILE`. It names every store, where its rows are, and whether the new server will see them.
The other rules about models and stores look at the file once it has the new form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.releases.versions import format_release
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for the whole file, with every inline store as evidence."""
    if not inspection.is_old:
        return
    first, *others = inspection.inline_stores
    does = (
        "refuses it: 'storage' is missing"
        if inspection.version < (0, 4)
        else "accepts it, drops its stores and starts empty"
    )
    count = len(others) + 1
    stores = "a store" if count == 1 else f"{count} stores"
    yield RuleFinding(
        key_of(*first),
        f"written for 0.2 or earlier, with {stores} given in place; {format_release(inspection.version)} {does}",
        help="run 'stackcfg migrate' on this file first",
        also=tuple((key_of(*path), "another store given in place") for path in others),
    )


RULE: Final = Rule("old-config", ERROR, __doc__, check=check, on_old_configs=True)
