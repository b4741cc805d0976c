"""Writes the comments that silence findings, with the proof that they do.

A comment is behind the line of its finding, or on a line of its own
above where that is no place for one. It stays only if the data of the
text is what it was, its findings are gone, and no other has come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.loading.configs import BOM, find_run_configs, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.paths import Path, value_at
from stackcfg.patterns import lazy_pattern
from stackcfg.validation.engine import Validation, validate_again
from stackcfg.validation.extra_rules import UNUSED_IGNORE
from stackcfg.validation.findings import Finding
from stackcfg.validation.fingerprints import fingerprint
from stackcfg.validation.ignores import COMMENT
from stackcfg.validation.settings import Settings
from stackcfg.yamltext.lines import LineIndex, indent_of
from stackcfg.yamltext.values import data_of

_CONTROL: Final = lazy_pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Silenced(NamedTuple):
    """A text with comments, how many findings they silence, and what is left."""

    text: str
    silenced: int
    left: Validation


def check_reason(reason: str) -> str:
    """Return the reason for ignore comments without spaces around it.

    Raises `ValueError` for a reason that a comment cannot have.
    """
    stripped = reason.strip()
    if not stripped:
        raise ValueError("a reason is needed: --add-ignore 'waits for release 2.0'")
    if _CONTROL.search(stripped):
        raise ValueError("the reason must be one line")
    return stripped


def silence(
    text: str,
    found: Validation,
    wanted: Sequence[Finding],
    settings: Settings,
    reason: str,
) -> Silenced:
    """Return a text with comments that silence the wanted ones of its findings.

    What no comment can silence is left. Raises what `validate` does.
    """
    proof = _Proof(text, found, settings)
    lines = _rules_by_line(wanted)
    written = proof.write_all(lines, reason)
    if written is None:
        written = proof.write_one_by_one(lines, reason)
    if written == text:
        return Silenced(text, 0, found)
    left = validate_again(written, settings, found.targets)
    return Silenced(written, left.ignored - found.ignored, left)


def _rules_by_line(findings: Iterable[Finding]) -> dict[int, list[str]]:
    """Return the rules to silence on each line, without those that cannot be."""
    lines: dict[int, list[str]] = {}
    for finding in findings:
        if finding.rule == UNUSED_IGNORE.id:
            continue
        rules = lines.setdefault(finding.span.start.line, [])
        if finding.rule not in rules:
            rules.append(finding.rule)
    return lines


class _Proof:
    """What comments in a text are held against."""

    def __init__(self, text: str, found: Validation, settings: Settings) -> None:
        self.text = text
        self._found = found
        self._settings = settings
        self._findings = _count(found.findings)
        self._data = _read_data(text)

    def write_all(self, lines: dict[int, list[str]], reason: str) -> str | None:
        """Return the text with a comment behind each line; None if not proved."""
        text = self.text
        for line in sorted(lines, reverse=True):
            text = _add_behind(text, line, lines[line], reason)
        if self._holds(text, lines):
            return text
        return None

    def write_one_by_one(self, lines: dict[int, list[str]], reason: str) -> str:
        """Return the text with each comment that is proved, behind its
        line or above.
        """
        text = self.text
        done: dict[int, list[str]] = {}
        # from the last line on, so that the numbers of the others stay
        for line in sorted(lines, reverse=True):
            rules = lines[line]
            for write in (_add_behind, _add_above):
                changed = write(text, line, rules, reason)
                if self._holds(changed, {**done, line: rules}):
                    text = changed
                    done[line] = rules
                    break
        return text

    def _holds(self, text: str, lines: dict[int, list[str]]) -> bool:
        try:
            if _read_data(text) != self._data:
                return False
            after = validate_again(text, self._settings, self._found.targets)
        except InputError:
            return False
        silenced = [
            each
            for each in self._found.findings
            if each.rule in lines.get(each.span.start.line, ())
        ]
        return _count(after.findings) == self._findings - _count(silenced)


def _count(findings: Iterable[Finding]) -> Counter[str]:
    return Counter(map(fingerprint, findings))


def _read_data(text: str) -> list[Any]:
    """Return the data of a text: of its documents, and of its run configs.

    The texts that hold run configs are left out of their documents: a
    comment inside of one is part of it.
    """
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    data = {id(document): data_of(document.root) for document in documents}
    configs: list[Any] = []
    for config in find_run_configs(documents, lenient=True):
        for holder in config.holders[-1:]:
            _blank(data[id(holder.document)], holder.path)
        configs.append(config.data)
    return [*data.values(), *configs]


def _blank(data: Any, path: Path) -> None:
    """Take a text out of plain data; a mapping stays."""
    holder = value_at(data, path[:-1])
    if isinstance(value_at(data, path), str):
        holder[path[-1]] = ""


def _add_behind(text: str, number: int, rules: Sequence[str], reason: str) -> str:
    """Return a text with a comment behind a line; an earlier one is
    extended.
    """
    start, end = _line_span(text, number)
    line = text[start:end]
    known = COMMENT.search(line)
    if known is not None and known[1] is not None:
        listed = ", ".join([*_split_rules(known[1]), *rules])
        first, last = known.span(1)
        changed = f"{line[:first]}{listed}{line[last:]}"
    else:
        changed = f"{line}  {_write_comment(rules, reason)}"
    return text[:start] + changed + text[end:]


def _split_rules(written: str) -> Iterator[str]:
    yield from filter(None, (name.strip() for name in written.split(",")))


def _add_above(text: str, number: int, rules: Sequence[str], reason: str) -> str:
    start, end = _line_span(text, number)
    line = text[start:end]
    indent = " " * indent_of(line)
    comment = f"{indent}{_write_comment(rules, reason)}{_line_end(text)}"
    return text[:start] + comment + text[start:]


def _write_comment(rules: Sequence[str], reason: str) -> str:
    return f"# stackcfg: ignore[{', '.join(rules)}] {reason}"


def _line_span(text: str, number: int) -> tuple[int, int]:
    """Return the offsets of a line, without its end and spaces before that."""
    index = LineIndex(text)
    start = index.starts[number - 1]
    if number == 1 and text.startswith(BOM):
        start += len(BOM)
    end = index.after(start)
    content = text[start:end].rstrip("\r\n").rstrip(" \t")
    return start, start + len(content)


def _line_end(text: str) -> str:
    """Return the line end that a text has."""
    if "\r\n" in text:
        return "\r\n"
    return "\n"
