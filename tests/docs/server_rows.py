"""What the old server of the pages has stored in the folder `/srv/llama`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from tests.support.databases import make

_MODEL: Final[dict[str, Any]] = {
    "type": "model",
    "identifier": "granite",
    "provider_id": "vllm",
    "provider_resource_id": "granite-3.3-8b-instruct",
    "model_type": "llm",
    "metadata": {},
}
_ANSWERS: Final[list[dict[str, Any]]] = [
    {
        "id": name,
        "created": 1,
        "model": "granite",
        "choices": [{"index": 0}],
        "input_messages": [],
    }
    for name in ("chatcmpl-1", "chatcmpl-2")
]


def make_rows(folder: Path) -> None:
    """Make the databases of a server of 0.2 with a registered model and two answers."""
    make(
        folder,
        {
            "registry.db": {
                "kvstore": {"distributions:registry:v9::model:granite": _MODEL}
            },
            "inference.db": {"chat_completions": _ANSWERS},
        },
    )
