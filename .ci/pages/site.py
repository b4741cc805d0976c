"""What `mkdocs build` calls: it adds the generated pages and the schemas to the site.

Pages link to files outside of `docs/` as a forge shows them; here the links lead into the site.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]

from pages.releases import release_pages  # noqa: E402
from pages.rules import rule_pages  # noqa: E402

COPIED: Final = ("action.yml",)
"""Files at the root of the project that pages link to."""
MOVED: Final = {
    "../stackcfg/validation/rules/README.md": "rules/index.md",
    "../schemas/": "schemas/",
    "../action.yml": "action.yml",
    "../CHANGELOG.md": "changelog.md",
    "../CONTRIBUTING.md": "contributing.md",
}
"""What links of pages begin with, and where it is in the site."""
MORE: Final = "More"
_LINK: Final = re.compile(r"(?<=\]\()\.\./[^)#\s]*")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the generated pages into the navigation, in place of their folders.

    Pages without a place in it come last.
    """
    pages = {"rules/": rule_pages(), "releases/": release_pages()}
    for entry in config.nav or ():
        for name, place in entry.items():
            if isinstance(place, str) and place in pages:
                entry[name] = sorted(pages[place], key=_order)
    others = sorted(_committed_pages() - _named_in(config.nav))
    if others and config.nav is not None:
        config.nav.append({MORE: others})
    return config


def _committed_pages() -> set[str]:
    return {path.name for path in (ROOT / "docs").glob("*.md")}


def _named_in(nav: Any) -> set[str]:
    """Return the pages that a navigation names, at any depth."""
    if isinstance(nav, str):
        return {nav}
    if isinstance(nav, dict):
        nav = list(nav.values())
    return set().union(*map(_named_in, nav or ()))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, the schemas and what pages link to."""
    for name, text in (rule_pages() | release_pages()).items():
        files.append(File.generated(config, name, content=text))
    for path in sorted((ROOT / "schemas").glob("*.json")):
        _copy(files, config, f"schemas/{path.name}", path)
    for name in COPIED:
        _copy(files, config, name, ROOT / name)
    for name in ("CHANGELOG.md", "CONTRIBUTING.md"):
        _copy(files, config, name.lower(), ROOT / name)
    return files


def on_page_markdown(
    markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Return a page whose links lead to where a file is in the site."""
    del page, config, files
    return _LINK.sub(lambda match: _moved(match[0]), markdown)


def _moved(link: str) -> str:
    for start, place in MOVED.items():
        if link.startswith(start):
            return place + link.removeprefix(start)
    return link


def _copy(files: Files, config: MkDocsConfig, name: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    files.append(File.generated(config, name, content=text))


def _order(name: str) -> tuple[bool, tuple[int, ...], str]:
    """Order pages: the list first, releases by their numbers, others by their names."""
    stem = Path(name).stem
    numbers = tuple(map(int, re.findall(r"\d+", stem)))
    return stem != "index", numbers, stem
