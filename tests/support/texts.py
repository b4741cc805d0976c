"""Texts of fixtures, as their files have them or inside of others."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CONFIG_MAP_HEAD: Final = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\ndata:\n  run.yaml: |\n"
)


def read(path: Path) -> str:
    """Return the text of a file with its line ends."""
    return path.read_bytes().decode()


def name_of(path: Path) -> str:
    """Return the name of a file in a folder of fixtures, for the name of a test."""
    return f"{path.parent.name}-{path.stem}"


def indented(text: str, columns: int) -> str:
    """Return a text with spaces in front of each line."""
    return "".join(" " * columns + line for line in text.splitlines(keepends=True))


def in_config_map(text: str) -> str:
    """Return a ConfigMap with a run config in it."""
    return CONFIG_MAP_HEAD + "".join(f"    {line}\n" for line in text.splitlines())
