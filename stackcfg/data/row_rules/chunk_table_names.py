"""Tables of pgvector keep the capitals of their stores (0.7.0).

The name of a table is made from the id of its vector store. Until 0.6.1
the statements do not quote it, so PostgreSQL makes small letters of
capitals: the chunks of the store `MyDocs` are in `vs_mydocs`. Since
0.7.0 the name is quoted, the server makes an empty table `vs_MyDocs` at
its start, and a search finds nothing. The rows are copied to the table
with the quoted name; the old one stays.
"""

from __future__ import annotations

from typing import Final

from stackcfg.data.row_rule import TableNameRule
from stackcfg.releases.rows import VECTOR_IO

RULE: Final = TableNameRule(
    id="R15",
    page=__doc__,
    uses=(VECTOR_IO,),
    since=((0, 7, 0),),
)
