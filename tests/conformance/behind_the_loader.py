"""Errors of `validate` about what stops a server behind its loader.

The judge loads a config, checks its references, and registers its resources. It starts neither a provider nor the web
server: a file that it takes may still be refused. `test_refused_starts.py` and `test_broken_providers.py` start some.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = re.compile(
    # the code of a provider, whatever its config is
    r"cannot start in"
    # the web server, to which 0.3.0 to 0.6.1 hand `logging_config`
    r"|no server of this release starts with it"
    # providers of vector stores, once there are rules of access or several tenants
    r"|the store 'vector_stores' is missing"
    # `start_checks` of `validators.json`
    r"|a reference to a backend|'persistence' is missing|'kvstore' is missing|must be a store"
    r"|'(?:base_)?url' is missing|must be a URL|'table_name' must be a plain name"
    r"|is called '\w+' \w+ \S+; \S+ refuses to start"
    r"|a key for the server of NVIDIA|'api_key' is missing|'otel_\w+' is missing"
    r"|'oci_\w+' must be|must be a path that is not empty"
    # the web server, once it has read who may call it
    r"|the keys of 'local_api_key' have no tenant"
)


def is_behind_loader(message: str) -> bool:
    """Return whether a message is about what only a start refuses."""
    return _WORDS.search(message) is not None
