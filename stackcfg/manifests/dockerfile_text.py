"""Dockerfiles as stages of instructions, and whether a stage starts a server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.manifests.json_words import read_json_words
from stackcfg.manifests.server_evidence import (
    ServerEvidence,
    find_start_in,
    find_start_in_script,
)
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import (
    is_old_image,
    is_server_image,
    renamed_variables,
)

_INSTRUCTION: Final = lazy_pattern(r"[ \t]*([A-Za-z]+)[ \t]+")
_HEREDOC: Final = lazy_pattern(r"<<-?[ \t]*(['\"]?)([\w.-]+)\1")
_PACKAGE: Final = lazy_pattern(r"\bllama[-_]stack(?![-_\w])")


FLAGS: Final = lazy_pattern(r"(?:--\S+[ \t]+)*")


class Instruction(NamedTuple):
    """An instruction: its word, and the span of what follows it."""

    word: str
    line: int
    start: int
    end: int

    def rest(self, text: str) -> str:
        """Return what follows the word."""
        return text[self.start : self.end]


class Stage(NamedTuple):
    """A stage: what it is made from, its name, its instructions."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def join(
        self,
        text: str,
        word: str,
    ) -> str:
        """Return what follows all instructions of a word."""
        found = [each.rest(text) for each in self.instructions if each.word == word]
        return "\n".join(found)

    def last(self, word: str) -> Instruction | None:
        """Return the last instruction of a word, which counts."""
        found = [each for each in self.instructions if each.word == word]
        if not found:
            return None
        return found[-1]


def read_instructions(text: str) -> Iterator[Instruction]:
    """Yield the instructions; a continued one is one."""
    at = 0
    while at < len(text):
        match = _INSTRUCTION.match(text, at)
        end = _line_end(text, at)
        if match is None or text[at:end].lstrip().startswith("#"):
            at = end + 1
            continue
        end = _end_of_instruction(text, at)
        yield Instruction(
            word=match[1].upper(),
            line=at,
            start=match.end(),
            end=end,
        )
        at = end + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    return end


def _end_of_instruction(text: str, at: int) -> int:
    end = _line_end(text, at)
    while end < len(text):
        line = text[at:end].rstrip()
        is_comment = line.lstrip().startswith("#")
        if not is_comment and line and not line.endswith("\\"):
            break
        at = end + 1
        end = _line_end(text, at)
    last = text[at:end]
    for match in _HEREDOC.finditer(last):
        close = re.compile(rf"(?m)^[ \t]*{re.escape(match[2])}[ \t]*\r?$")
        found = close.search(text, end)
        if found is not None:
            end = found.end()
    if text[end - 1 : end] == "\r":
        end -= 1
    return end


def read_stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile in order."""
    stages: list[Stage] = []
    for each in read_instructions(text):
        if each.word == "FROM":
            stages.append(_begin_stage(text, each))
        elif stages:
            last = stages[-1]
            stages[-1] = last._replace(instructions=(*last.instructions, each))
    return stages


def _begin_stage(text: str, each: Instruction) -> Stage:
    rest = FLAGS.sub("", each.rest(text), count=1)
    base, *others = rest.split() or [""]
    name = ""
    if len(others) > 1 and others[0].upper() == "AS":
        name = others[1]
    return Stage(base, name, (each,))


def find_evidence(text: str, stage: Stage) -> ServerEvidence | None:
    """Return why a stage starts the server; None if nothing says so."""
    words: list[str] = []
    for word in ("ENTRYPOINT", "CMD"):
        each = stage.last(word)
        if each is None:
            continue
        listed = read_json_words(each.rest(text))
        if listed is not None:
            words += [item.value for item in listed]
            continue
        start = find_start_in_script(each.rest(text))
        if start is not None:
            return ServerEvidence("it starts the server", start.is_old, start)
    start = find_start_in(words)
    if start is not None:
        return ServerEvidence("it starts the server", start.is_old, start)
    if is_server_image(stage.base):
        is_old = is_old_image(stage.base)
        return ServerEvidence("it is made from an image of the server", is_old)
    return _weak_evidence(text, stage)


def _weak_evidence(text: str, stage: Stage) -> ServerEvidence | None:
    if not _PACKAGE.search(stage.join(text, "RUN")):
        return None
    settings = stage.join(text, "ENV")
    for variable in renamed_variables().values():
        if variable.old in settings and not variable.is_shared:
            reason = f"it installs llama-stack and sets {variable.old}"
            return ServerEvidence(
                reason=reason,
                is_old=True,
                start=None,
                is_proved=False,
            )
    return None


def copied_files(text: str) -> Iterator[str]:
    """Yield what a Dockerfile copies into the image from beside it."""
    for each in read_instructions(text):
        rest = each.rest(text)
        if each.word in ("COPY", "ADD") and "--from=" not in rest:
            words = FLAGS.sub("", rest, count=1).split()
            yield from words[:-1]


def evidence_of_image(text: str) -> ServerEvidence | None:
    """Return why the image that a Dockerfile builds runs the server."""
    stages = read_stages(text)
    if not stages:
        return None
    return find_evidence(text, stages[-1])
