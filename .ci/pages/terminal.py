"""Draw README's commands and what they print as `docs/terminal.svg`.

    python .ci/pages/terminal.py

The commands run on the example of `docs/index.md`. Long lines and long outputs end in `…`.
"""

from __future__ import annotations

import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

ROOT: Final = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from tests.docs.pages import File, Shell, read_page, server_folder  # noqa: E402
from tests.docs.server_rows import make_rows  # noqa: E402

PICTURE: Final = ROOT / "docs" / "terminal.svg"
COLUMNS: Final = 116
LINES: Final = 15
"""How many lines of an output are drawn."""


FONT_OF_A_SERVER: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Rich names fonts on a server; a picture of the docs asks nobody."""


def commands() -> list[str]:
    """Return the commands of README's section on use, without their comments."""
    (block,) = [
        text
        for text in read_page("../README.md").of_language("sh")
        if text.startswith("stackcfg validate")
    ]
    return [shlex.join(shlex.split(line, comments=True)) for line in block.splitlines()]


def outputs() -> Iterator[tuple[str, list[str]]]:
    """Run the commands one after another; yield each with the lines it prints, with colors."""
    with tempfile.TemporaryDirectory() as folder, server_folder() as server:
        make_rows(server)
        work = Path(folder) / "work"
        work.mkdir()
        shell = Shell(work, server, FORCE_COLOR="1", COLUMNS=str(COLUMNS))
        for step in read_page("index.md").steps():
            if isinstance(step, File):
                shell.write(step)
        for command in commands():
            yield command, shell.run(command).splitlines()


def drawing() -> str:
    """Return the picture as SVG."""
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True
    )
    for command, lines in outputs():
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        shown = lines
        if len(lines) > LINES:
            shown = [*lines[: LINES - 1], "…"]
        for line in shown:
            console.print(Text.from_ansi(line), no_wrap=True, overflow="ellipsis")
        console.print()
    svg = console.export_svg(title="stackcfg", unique_id="terminal")
    without_fonts = FONT_OF_A_SERVER.sub("", svg)
    return re.sub(r"[ \t]+$", "", without_fonts, flags=re.MULTILINE)


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8")
