"""`docker run` and `podman run` of a server's image: where the image is named."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final
from stackcfg.manifests.server_start import program_of
from stackcfg.releases.server_environment import is_server_image

CONTAINER_ENGINES: Final = ("docker", "podman", "nerdctl")
_VERBS: Final = ("run", "create")


def find_server_run(words: Sequence[str]) -> int | None:
    """Return which word names the image of a server that is run; None if none."""
    programs = [program_of(word) for word in words[:3]]
    if not any(name in CONTAINER_ENGINES for name in programs):
        return None
    if not any(verb in words[:4] for verb in _VERBS):
        return None
    for index, word in enumerate(words):
        if index and is_server_image(word) and "=" not in word:
            return index
    return None
