"""Finds the run configs in a text: documents, and what is inside of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from stackcfg.light_typing import TYPE_CHECKING, Any, Final, NamedTuple
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.loading.recognition import FOUND, NAMED, is_run_config
from stackcfg.yamltext.document import (
    MAPPING,
    SCALAR,
    Document,
    DuplicateKeyError,
    ParseError,
)
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.template_marks import is_template
from stackcfg.yamltext.values import data_of

if TYPE_CHECKING:
    from stackcfg.loading.places.texts import Holding

BOM: Final = "\ufeff"

_MARKS: Final = ("provider", "_store", "storage")
"""One of these is in every run config."""

_FOUND_MARKS: Final = (
    "provider_type",
    "_store",
    "backend",
    "apis",
    "image_name",
    "distro_name",
    "registered_resources",
    "external_",
)
"""One of these, too, is in every run config that a folder search finds:
without them no evidence weighs enough. Other files often have one of
the words above.
"""

_ENCODED_MARKS: Final = ("cHJvdmlkZX", "Byb3ZpZGVy", "wcm92aWRlc")
"""`provider` in base64, at any of three offsets."""

# strings, since few files need them: a pattern is compiled where it is used first
_CONFIG_KEY: Final = (
    r"""(?<![\w.:])["']?(provider_type|providers|apis|image_name"""
    r"""|(?:metadata|inference|conversations|persistence|responses)_store)"""
    r"""["']?[ \t]*:"""
)
"""Keys of which two make a text a run config even if it cannot be parsed."""

_PLAIN: Final = r"(?m)^(?:image_name|distro_name):"
_DOUBTFUL: Final = r"(?m)^(?:apiVersion|distribution_spec|image|replicaCount):"
_EMPTY_HINT: Final = (
    "'> FILE' empties FILE before it is read: restore it from git or a backup, and "
    "use 'migrate --write'"
)

Where = Callable[[int], Position]
"""From an offset of a text, which may be embedded, to the place in the file."""


class RunConfig(NamedTuple):
    """A run config in a text: a document, or inside of one.

    `place` names it in the file, and is empty if it is the only one.
    `holders` are the texts and mappings that it is in, the innermost
    first. `second` is where the second document begins, for the first
    config of a stream of several. `parameters` are texts that are
    replaced before the server reads them.
    """

    document: Document
    data: Mapping[str, Any]
    place: str
    holders: tuple[Holding, ...] = ()
    second: int | None = None
    parameters: frozenset[str] = frozenset()

    @property
    def file_document(self) -> Document:
        """Return the document of the file that it is, or that it is in."""
        if self.holders:
            return self.holders[-1].document
        return self.document


def may_be_found(text: str) -> bool:
    """Return whether a text is worth parsing that a folder search comes
    upon: no run config that it finds is without these words.
    """
    if any(mark in text for mark in _ENCODED_MARKS):
        return True
    if not any(mark in text for mark in _MARKS):
        return False
    return any(mark in text for mark in _FOUND_MARKS)


def looks_like_run_config(text: str) -> bool:
    """Return whether a text that cannot be parsed is meant to be a run
    config.
    """
    return len(set(re.findall(_CONFIG_KEY, text))) > 1


def check_found_file(text: str) -> None:
    """Raise `NotRunConfigError` for a file that a folder search passes by.

    It judges more strictly than the commands judge a file that is
    named. A text that cannot be read is not judged.
    """
    is_typed = "\nproviders:" in text and "provider_type:" in text
    if is_typed and re.search(_PLAIN, text) and not re.search(_DOUBTFUL, text):
        # the plain run config, which nearly all are, is not parsed twice
        return
    try:
        documents = read_documents(text.removeprefix(BOM), lenient=True)
        if any(find_run_configs(documents, lenient=True, needed=FOUND)):
            return
    except InputError:
        return
    raise explain_no_run_config(documents)


def explain_no_run_config(documents: list[Document]) -> InputError:
    """Return the error that says why none of these documents is a run config."""
    from stackcfg.loading.rejection import explain

    return explain(documents)


def read_documents(
    text: str,
    where: Where | None = None,
    lenient: bool = False,
    parameters: frozenset[str] = frozenset(),
) -> list[Document]:
    """Parse a text; template expressions may stand for scalar values.

    `where` turns an offset of the text into a place in the file;
    without it the text is the file itself, of which a template may
    decide the structure. If `lenient`, duplicate keys are no error, and
    the documents list them. `parameters` stand for scalar values, too.
    Raises `InputError`.
    """
    place = where or LineIndex(text).position
    _refuse_no_text(text, place)
    try:
        documents = _parse(text, lenient, parameters)
    except ParseError as error:
        other = _read_other_text(text, place, lenient, is_file=where is None)
        if not other:
            raise _explain_no_yaml(error, text, place, where is None) from None
        return other
    if _is_a_command(documents, text):
        is_file = where is None
        return _read_other_text(text, place, lenient, is_file) or documents
    return documents


def _refuse_no_text(text: str, place: Where) -> None:
    """Raise `InputError` for what is empty, or no text."""
    if not text.strip():
        message = "not a run config: the file is empty"
        raise NotRunConfigError(message, place(0), _EMPTY_HINT)
    if text.startswith(BOM):
        message = "a second byte order mark, which the server takes for a key's letter"
        raise InputError(message, place(0), "remove it")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        message = "not text: half of a surrogate pair"
        raise InputError(message, place(error.start)) from None


def _parse(
    text: str,
    lenient: bool,
    parameters: frozenset[str],
) -> list[Document]:
    """Return the documents of YAML. Raises `ParseError`."""
    documents = parse_yaml(text, _mask_parameters(text, parameters), lenient)
    if is_template(text):
        # '{{ x }}' without quotes is YAML too: a mapping with a mapping as key
        for document in documents:
            data_of(document.root)
    return documents


def _explain_no_yaml(
    error: ParseError, text: str, where: Where, is_file: bool
) -> InputError:
    """Return the error for a text that is neither YAML nor a script or template."""
    from stackcfg.loading.other_languages import explain_language

    language = explain_language(text, where) if is_file else None
    return language or input_error(error, where)


def _is_a_command(documents: list[Document], text: str) -> bool:
    """Return whether a text may be a script of one command.

    For YAML it is a string, or a mapping: `echo 'version: 2` begins
    with a key.
    """
    if "provider" not in text or len(documents) != 1:
        return False
    start = documents[0].root
    if start.kind == MAPPING and start.entries:
        start = start.entries[0][0]
    if start.kind != SCALAR or start.style:
        return False
    return "'" in start.text or '"' in start.text


def _read_other_text(
    text: str, where: Where, lenient: bool, is_file: bool
) -> list[Document]:
    """Return the documents of a text that is no YAML: of a script that
    writes run configs, of a template; none for another text.

    Raises `InputError`.
    """
    # imported only here: few texts are no YAML
    from stackcfg.loading.other_languages import (
        explain_language,
        has_strings_of_its_own,
    )

    if has_strings_of_its_own(text):
        return []
    if "provider" in text:
        from stackcfg.loading.here_documents import read_here_documents

        script = read_here_documents(text, where)
        if script:
            return script
    if not is_template(text):
        return []
    from stackcfg.loading.template_files import read_template

    try:
        return read_template(text, where, lenient, is_file)
    except InputError as error:
        # other languages have double braces, too
        language = explain_language(text, where) if is_file else None
        raise language or error from None


def _mask_parameters(text: str, parameters: frozenset[str]) -> str | None:
    if not parameters:
        return None
    from stackcfg.yamltext.templates import mask_words

    return mask_words(text, parameters)


def input_error(error: ParseError, where: Where) -> InputError:
    """Return the error of a parser at its place in the file."""
    position = where(error.offset)
    message = error.message
    if isinstance(error, DuplicateKeyError):
        message += f" on lines {where(error.first).line} and {position.line}"
    return InputError(message, position, error.hint)


def find_run_configs(
    documents: list[Document], lenient: bool = False, needed: int = NAMED
) -> Iterator[RunConfig]:
    """Yield the run configs among documents, embedded ones included.

    `needed` is the weight of evidence that makes a run config.

    Raises `InputError`.
    """
    for config in _find_run_configs(documents, lenient, needed):
        if config.document.holds("{{"):
            # imported only here: few configs are templates
            from stackcfg.loading.whole_values import refuse_whole_values

            refuse_whole_values(config)
        yield config


def _find_run_configs(
    documents: list[Document], lenient: bool, needed: int
) -> Iterator[RunConfig]:
    second = start_of_second(documents)
    for number, document in enumerate(documents, 1):
        data = _read_data(document, document.position)
        place = ""
        if len(documents) > 1:
            place = f"document {number}"
        if is_run_config(data, needed):
            if document.has_branches:
                from stackcfg.loading.template_files import refuse_structure

                refuse_structure(document)
            yield RunConfig(document, data, place, second=second)
            second = None
            continue
        # imported only here: most run configs are files of their own
        from stackcfg.loading.places.search import find_places

        yield from find_places(document, place, lenient, needed)


def start_of_second(documents: list[Document]) -> int | None:
    """Return where the second of several documents begins."""
    if len(documents) < 2:
        return None
    return documents[1].start


def _read_data(document: Document, where: Where) -> Any:
    try:
        return data_of(document.root)
    except ParseError as error:
        raise input_error(error, where) from None
