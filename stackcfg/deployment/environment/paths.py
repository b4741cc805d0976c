"""Paths of a server that moved, as the parts here import them."""

from stackcfg.manifests.home_paths import (
    Homes,
    PathChange,
    find_home_paths,
    find_operator_configs,
    is_old_home,
    move_home_paths,
    move_operator_configs,
    replace_parts,
    upstream_homes,
)

__all__ = [
    "Homes",
    "PathChange",
    "find_home_paths",
    "find_operator_configs",
    "is_old_home",
    "move_home_paths",
    "move_operator_configs",
    "replace_parts",
    "upstream_homes",
]
