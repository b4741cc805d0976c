"""Vector stores and files, and nothing that reads the files.

Until 0.7.3 the server itself read a file that a client adds to a vector store. Since
0.8.0 a provider of `file_processors` does. Without one the server starts, and each
file that is added gets the status `failed` ("FileProcessor API is required").
`migrate` writes the provider for files of earlier releases. Source:
`openai_vector_store_mixin.py` of 0.7.3 and 0.8.0.

    providers:
      file_processors:
      - {provider_id: pypdf, provider_type: inline::pypdf}
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.releases.changes import FILE_PROCESSORS_SINCE
from stackcfg.releases.providers import FILE_READER, FILES
from stackcfg.validation.queries.served_apis import is_listed
from stackcfg.validation.rule import INFO, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

API: Final = "file_processors"
VECTOR_STORES: Final = "vector_io"


def check(inspection: Inspection) -> Findings:
    """Report that no file can be added to a vector store."""
    if inspection.version < FILE_PROCESSORS_SINCE:
        return
    possible = {each.api for each in inspection.providers if each.ever_on}
    certain = {each.api for each in inspection.providers if each.always_on}
    if API in possible or not certain.issuperset((VECTOR_STORES, FILES)):
        return
    if is_listed(inspection, VECTOR_STORES) and is_listed(inspection, FILES):
        provider = (
            f"{{provider_id: {FILE_READER['provider_id']}, "
            f"provider_type: '{FILE_READER['provider_type']}'}}"
        )
        yield RuleFinding(
            key_of("providers", VECTOR_STORES),
            f"no provider of '{API}': {inspection.release} adds no files to vector "
            "stores",
            help=f"add to 'providers': {API}: [{provider}]",
        )


RULE = Rule("unread-files", INFO, __doc__, check)
