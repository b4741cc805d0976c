"""Texts in other languages than YAML, in which people write run
configs: what each is, and what to do instead.

Their strings have rules of their own: `$${` of Terraform and `''${` of
Nix are a `${` of the server.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.errors import NotRunConfigError
from stackcfg.patterns import lazy_pattern
from stackcfg.yamltext.lines import Position

_MARK: Final = "provider_type"
_BEFORE: Final = r"(?:[ \t]*(?:(?:#|//)[^\n]*)?\r?\n)*"
"""Comments and empty lines, before the first line that says something."""

_TERRAFORM: Final = lazy_pattern(
    rf"{_BEFORE}(?:data|locals|module|output|provider|resource|terraform|variable)"
    r"(?:[ \t]+\"[^\"\n]*\"){0,2}[ \t]*\{"
)
_NIX: Final = lazy_pattern(
    rf"{_BEFORE}(?:\{{|let\b|with[ \t]|rec[ \t]|[\w-]+[ \t]*:[ \t]*\{{)"
)
_NIX_STRING: Final = lazy_pattern(r"(?m)=[ \t]*''[ \t]*\r?$")
_PYTHON: Final = lazy_pattern(
    rf"(?:#![^\n]*python[^\n]*\n)?{_BEFORE}"
    r"(?:import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import[ \t]|\"{3}|@\w"
    r"|(?:async[ \t]+)?(?:def|class)[ \t])"
)
_PYTHON_LINE: Final = lazy_pattern(
    r"(?m)^(?:import|from|def|class|async)[ \t]|^\w+[ \t]*="
)
_GO: Final = lazy_pattern(rf"{_BEFORE}package[ \t]+\w+[ \t]*(?:\n|\r|//)")
_NO_SCRIPT: Final = lazy_pattern(r"(?!#!)")
_FENCE: Final = lazy_pattern(r"(?m)^(?:```|~~~)")
"""Around a block of Markdown; what YAML holds is indented, or a comment."""

_PAGE: Final = lazy_pattern(r"(?!#!|\s*(?:```|~~~))")
"""A page has words in front of its blocks: what begins with a fence is
meant to be what is between the fences.
"""

_DIRECTIVE: Final = lazy_pattern(r"(?m)^[ \t]*\.\. [\w-]+::")
_SOURCE_BLOCK: Final = lazy_pattern(r"(?m)^\[source\b[^\]\n]*\][ \t\r]*$")
_MAKEFILE: Final = lazy_pattern(
    rf"{_BEFORE}(?:[\w./%$()-]+[ \t]*(?:[:?+]?=|:)|include[ \t])"
)
_MAKE_LINE: Final = lazy_pattern(
    r"(?m)^(?:\.PHONY[ \t]*:|\w+[ \t]*[:?]=)"
    r"|^\t[@-]?(?:docker|helm|kubectl|llama|oc|ogx|pip|podman|python3?|uv)[ \t]"
)
_QUADLET: Final = lazy_pattern(rf"{_BEFORE}\[\w+\]")
_KUBE: Final = lazy_pattern(r"(?m)^\[Kube\]")
_TEMPLATE: Final = lazy_pattern(r"(?m)^[ \t]*%\{~?[ \t]*(?:if|for)[ \t]")
_ASSIGNMENT: Final = r"(?:export[ \t]+)?[A-Za-z_]\w*="
_VARIABLE: Final = lazy_pattern(_BEFORE + _ASSIGNMENT)
_VARIABLES: Final = lazy_pattern(rf"\A(?:{_BEFORE}{_ASSIGNMENT}[^\n]*(?:\n|\Z))+\s*\Z")
_ANYTHING: Final = lazy_pattern("")
_EQUALS: Final = lazy_pattern("=")
_TAKE_OUT: Final = "write the run config to a file of its own, and name that"


class Language(NamedTuple):
    """A language: its name, what its texts begin with, what else they have, advice.

    `has_strings`: a run config in it is a string with rules that no
    shell has.
    """

    what: str
    begins: re.Pattern[str]
    has: re.Pattern[str]
    hint: str
    has_strings: bool = False

    def is_of(self, text: str) -> bool:
        """Return whether a text is in this language."""
        begins = self.begins.match(text) is not None
        return begins and self.has.search(text) is not None


_LANGUAGES: Final = (
    Language(
        "Terraform",
        _TERRAFORM,
        _EQUALS,
        "write the run config to a file of its own, which 'file' or 'templatefile' reads",
        has_strings=True,
    ),
    Language(
        "Nix",
        _NIX,
        _NIX_STRING,
        "write the run config to a file of its own, which 'builtins.readFile' reads",
        has_strings=True,
    ),
    Language(
        "Python",
        _PYTHON,
        _PYTHON_LINE,
        "run it, then name the run config that it writes",
    ),
    Language(
        "Go",
        _GO,
        _ANYTHING,
        "run it, then name the run config that it writes",
    ),
    Language(
        "a Makefile",
        _MAKEFILE,
        _MAKE_LINE,
        "name the run config that it uses; what it starts stays, and is yours to change",
    ),
    Language(
        "a quadlet of podman that plays a manifest",
        _QUADLET,
        _KUBE,
        "name the manifest behind 'Yaml='",
    ),
    Language(
        "a template of Terraform",
        _ANYTHING,
        _TEMPLATE,
        "render it ('templatefile'), then name what it writes",
    ),
    Language("Markdown", _PAGE, _FENCE, _TAKE_OUT),
    Language("reStructuredText", _NO_SCRIPT, _DIRECTIVE, _TAKE_OUT),
    Language("AsciiDoc", _NO_SCRIPT, _SOURCE_BLOCK, _TAKE_OUT),
    Language(
        "a file of variables",
        _VARIABLE,
        _VARIABLES,
        "name it together with what starts the server",
    ),
)


def explain_language(
    text: str,
    where: Callable[[int], Position],
) -> NotRunConfigError | None:
    """Return the error for a text in one of these languages; None for any other."""
    for language in _LANGUAGES:
        if language.is_of(text):
            message = f"not YAML but {language.what}"
            offset = max(0, text.find(_MARK))
            return NotRunConfigError(message, where(offset), language.hint)
    return None


def has_strings_of_its_own(text: str) -> bool:
    """Return whether a run config in a text has escapes that no shell knows."""
    with_strings = [each for each in _LANGUAGES if each.has_strings]
    return any(language.is_of(text) for language in with_strings)
