"""What is known of an open file: its run configs, their releases, what is found."""

from __future__ import annotations

from typing import NamedTuple

from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    find_run_configs,
    looks_like_run_config,
)
from stackcfg.loading.errors import InputError, NotRunConfigError, Problem
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.releases.families import Target, families
from stackcfg.releases.stores import StoreFields, with_declared_fields
from stackcfg.releases.versions import Release
from stackcfg.validation.engine import Validation, validate_again
from stackcfg.validation.findings import Finding
from stackcfg.validation.settings import Settings


class Analysis(NamedTuple):
    """An open file as it was when it could be read last, and what is found now.

    `configs` belong to `text`. `problem` says why the newest text
    cannot be read.
    """

    text: str = ""
    configs: tuple[RunConfig, ...] = ()
    targets: tuple[Target, ...] = ()
    findings: tuple[Finding, ...] = ()
    problem: Problem | None = None
    settings: Settings = Settings()

    @property
    def is_of_ours(self) -> bool:
        """Whether the file is, or was, one that rules are about."""
        return bool(self.text)

    @property
    def store_fields(self) -> StoreFields:
        """The store fields of all releases and of the project's providers."""
        return with_declared_fields(self.settings.declared)

    def release_of(self, number: int) -> Release:
        """Return the release that judges a config; the newest if none does."""
        if number < len(self.targets):
            return self.targets[number].last
        if self.settings.target is not None:
            return self.settings.target.last
        return families()[-1].last


NOTHING = Analysis()


def analyze(text: str, settings: Settings, before: Analysis = NOTHING) -> Analysis:
    """Return what is known of a text; `before` is what was known of its file.

    A text that cannot be read keeps the configs of before: what is
    being typed is broken most of the time. The fixes of findings are
    not proved.
    """
    try:
        found = validate_again(text, settings, ())
        configs = _read_configs(found)
    except NotRunConfigError:
        return Analysis(settings=settings)
    except InputError as error:
        if not before.is_of_ours and not looks_like_run_config(text):
            return Analysis(settings=settings)
        return before._replace(
            findings=(), problem=_problem_of(error), settings=settings
        )
    return Analysis(text, configs, found.targets, found.findings, None, settings)


def _read_configs(found: Validation) -> tuple[RunConfig, ...]:
    return tuple(find_run_configs(list(found.documents), lenient=True))


def _problem_of(error: InputError) -> Problem:
    line, column = error.position
    return Problem(mask_secrets(error.message), line, column, error.hint)


def body_of(text: str) -> str:
    """Return a text without a byte order mark, as offsets of configs count it."""
    return text.removeprefix(BOM)
