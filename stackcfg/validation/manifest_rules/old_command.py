"""A start command of llama-stack in an `OGXServer`.

ogx has neither the program `llama` nor the module `llama_stack`, and the operator of
ogx mounts the run config at `/etc/ogx/config.yaml`: the container does not start, or
starts with another config.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.paths import Path, list_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.resource_paths import NEW_MOUNTS, NEW_OVERRIDES
from stackcfg.releases.server_environment import NEW_OPERATOR_CONFIG
from stackcfg.releases.server_places import OLD_MOUNTED_CONFIG
from stackcfg.validation.manifest_rule import (
    ERROR,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of

_PROGRAM = lazy_pattern(r"(?<![\w/.-])llama[ \t]+stack[ \t]+\w+|\bllama_stack[.\w]+")
_CONFIG = lazy_pattern(r"/etc/llama-stack/(?:run|config)\.yaml\b")


def check(inspection: ManifestInspection) -> Findings:
    is_mounted = any(_mounts(inspection))
    for path, word in _words(inspection):
        program = _PROGRAM.search(word)
        if program is not None or _is_program(inspection, path):
            name = "llama" if program is None else program[0]
            yield RuleFinding(
                value_of(*path),
                f"ogx has no '{name}'; the container does not start",
                help=f"write 'ogx run --insecure {NEW_OPERATOR_CONFIG}'",
            )
        config = _CONFIG.search(word)
        if config is not None and not is_mounted:
            yield RuleFinding(
                value_of(*path),
                f"there is no '{config[0]}'; the operator of ogx mounts it elsewhere",
                help=f"write '{NEW_OPERATOR_CONFIG}'",
            )


def _words(inspection: ManifestInspection) -> Iterator[tuple[Path, str]]:
    for name in ("command", "args"):
        path = (*NEW_OVERRIDES, name)
        for index, word in enumerate(list_at(inspection.object.data, path)):
            if isinstance(word, str):
                yield (*path, index), word


def _is_program(inspection: ManifestInspection, path: Path) -> bool:
    """Return whether a word is `llama`, and the next one `stack`."""
    last = path[-1]
    if not isinstance(last, int) or inspection.value(*path) != "llama":
        return False
    return inspection.text(*path[:-1], last + 1) == "stack"


def _mounts(inspection: ManifestInspection) -> Iterator[bool]:
    for path, _ in inspection.items(*NEW_MOUNTS):
        yield inspection.text(*path, "mountPath").startswith(OLD_MOUNTED_CONFIG)


RULE = ManifestRule("old-command", ERROR, __doc__, check)
