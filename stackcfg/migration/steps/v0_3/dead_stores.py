"""0.2 → 0.3: old store keys beside the catalog that took their place
become comments (upstream #3697).

No release from 0.3.0 on reads `metadata_store`, or the `kvstore` of a
provider that has a `persistence`: the rows are where the catalog says.
In a file that 0.2 may read they are where the old key says;
`storage_catalog` and `store_references` remove it then, and ask for a
check.
"""

from stackcfg.migration.changes import INFO, Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import CommentedOut, comment_out
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import LAST_INLINE
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.store_map import Store


def run(context: StepContext) -> Changes:
    """Comment out the old keys of a config whose stores are all in the catalog."""
    if context.release.age.possibly_before(CATALOG_SINCE):
        return
    inline = read_inline_stores(
        context.data, context.store_fields, LAST_INLINE, context.version
    )
    if inline.has_unmoved:
        return
    entries = [_describe(store) for store in inline.superseded()]
    yield from comment_out(context, entries)


def _describe(store: Store) -> CommentedOut:
    path = store.entry_path
    reason = f"'{path[-1]}' is not read: the store is in the storage catalog"
    return CommentedOut(path, reason, INFO)
