"""Patterns that are compiled when they are used first."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import stackcfg
from stackcfg.patterns import lazy_pattern

PACKAGE = Path(stackcfg.__file__).parent


def test_a_pattern_finds_what_a_compiled_one_finds():
    pattern = lazy_pattern(r"(a+)b", re.IGNORECASE)
    assert pattern.findall("AAB ab") == ["AA", "a"]
    assert pattern.sub("x", "aab") == "x"
    assert pattern.fullmatch("ab")[1] == "a"
    assert pattern.pattern == r"(a+)b"


def test_a_pattern_has_nothing_that_a_compiled_one_has_not():
    with pytest.raises(AttributeError):
        lazy_pattern("a").nothing()


def test_a_pattern_is_compiled_at_its_first_use():
    broken = lazy_pattern("(")
    with pytest.raises(re.error):
        broken.search("a")


def modules_with_patterns() -> list[str]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "lazy_pattern(" in path.read_text() and path.name != "patterns.py":
            names = path.relative_to(PACKAGE.parent).with_suffix("").parts
            found.append(".".join(names).removesuffix(".__init__"))
    return found


@pytest.mark.parametrize("module", modules_with_patterns())
def test_every_pattern_of_a_module_can_be_compiled(module):
    path = PACKAGE.parent / Path(*module.split("."))
    file = (
        path.with_suffix(".py")
        if path.with_suffix(".py").exists()
        else path / "__init__.py"
    )
    loaded = __import__(module, fromlist=["*"])
    tree = ast.parse(file.read_text())
    names = [
        ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "lazy_pattern"
    ]
    assert names
    for name in names:
        getattr(loaded, name).search("")
