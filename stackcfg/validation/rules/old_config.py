"""A config of 0.2 or earlier, which must be migrated first.

Up to 0.2.24 every store is an inline store (`metadata_store`,
`inference_store`, the `kvstore` of a provider). From 0.3.0 on there is one
section `storage.backends`, and stores are references to it (upstream #3697).
0.3 refuses such a file with "storage: Field required". 0.4 and later accept it,
drop its stores, and start with empty databases.

    metadata_store:
      type: sqlite
      db_path: /data/registry.db

Run `stackcfg migrate FILE`. It reports every store, where its stored rows are,
and whether the new server will see them. The rules about stores and models
check the file once it has the new form.
"""

from __future__ import annotations

from stackcfg.releases.changes import DEFAULTS_SINCE
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    """Report an old file once, with every inline store as evidence."""
    if not inspection.is_old:
        return
    first, *others = inspection.inline_stores
    stores = f"{len(others) + 1} inline stores"
    if not others:
        stores = "an inline store"
    effect = "accepts it, drops its stores and starts with empty databases"
    if inspection.version < DEFAULTS_SINCE:
        effect = "refuses it: 'storage' is missing"
    yield RuleFinding(
        key_of(*first),
        f"written for 0.2 or earlier, with {stores}; {inspection.release} {effect}",
        help="run 'stackcfg migrate' on this file first",
        also=tuple((key_of(*path), "another inline store") for path in others),
    )


RULE = Rule("old-config", ERROR, __doc__, check)
