"""Deployments in the command `migrate`: which files belong to one,
where its results go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from stackcfg.cli.batch import InputFile
from stackcfg.cli.chart_files import find_chart
from stackcfg.cli.new_file import write_new_file
from stackcfg.deployment.engine import DeployedFile, migrate_deployment
from stackcfg.deployment.files import new_name
from stackcfg.deployment.parts import may_hold_deployment
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.manifests.objects import OLD_SERVER
from stackcfg.migration.changes import INFO
from stackcfg.migration.engine import migrate
from stackcfg.migration.result import ConfigResult, MigrationNote, MigrationResult
from stackcfg.migration.settings import Settings
from stackcfg.releases.families import families
from stackcfg.system.files import STDIN, FileError, read_file
from stackcfg.yamltext.lines import LineIndex, Position

if TYPE_CHECKING:
    from stackcfg.loading.chart_values import Chart

Deployed = Mapping[str, DeployedFile]
"""The results of a run by the path of their file."""


def migrate_files(files: Sequence[InputFile], settings: DeploymentSettings) -> Deployed:
    """Return the results of the files that belong to a deployment, by path."""
    texts: dict[str, str] = {}
    paths: dict[str, str] = {}
    for file in files:
        name = file.path
        if name == STDIN and file.name not in texts:
            # paths in it are those of the file that it stands for
            name = file.name
        try:
            texts[name] = read_file(file.path)
        except FileError:
            # it is read again when its turn comes, and reported then
            continue
        paths[name] = file.path
    if not any(map(may_hold_deployment, texts.values())):
        return {}
    settings = settings._replace(charts=tuple(_find_charts(texts, paths)))
    results = migrate_deployment(list(texts.items()), settings)
    return {paths[each.file]: each for each in results}


def _find_charts(
    texts: Mapping[str, str], paths: Mapping[str, str]
) -> Iterator[tuple[str, Chart]]:
    for name, text in texts.items():
        chart = find_chart(paths[name], text)
        if chart is not None:
            yield name, chart


def migrate_inside(text: str, settings: Settings) -> MigrationResult:
    """Migrate the run configs of a manifest, and say what is left as it is.

    Raises `InputError` for a manifest without any.
    """
    offset = max(text.find(OLD_SERVER), 0)
    position = LineIndex(text).position(offset)
    newest = families()[-1].name
    words = f"a {OLD_SERVER} is left as it is; '--target {newest}' converts it"
    try:
        result = migrate(text, settings)
    except NotRunConfigError as error:
        if is_kind(text):
            raise NotRunConfigError(words, position) from None
        raise error
    if not is_kind(text):
        return result
    note = MigrationNote(INFO, words, position)
    left = ConfigResult(
        OLD_SERVER, changed=False, stores=(), notes=(note,), is_left=True
    )
    return result._replace(configs=(*result.configs, left))


def migrate_other(text: str, settings: Settings) -> MigrationResult:
    """Migrate a text around whose run configs nothing changes.

    Raises `InputError`; of a manifest without any it says whether a
    server starts there.
    """
    try:
        return migrate(text, settings)
    except NotRunConfigError as error:
        if not re.search(r"(?m)^\s*[\"']?(?:containers|services)[\"']?:", text):
            raise
        # imported only here: what is refused need not be fast
        from stackcfg.deployment.environment.other_starts import has_start

        starts = "nothing in it starts the server"
        if has_start(text):
            starts = "what starts the server in it is yours to change"
        message = f"{error.message}, and {starts}"
        raise error.replace(message=message) from None


def explain_kind(name: str, text: str, error: InputError) -> InputError:
    """Return why a file is refused, if it is of a kind that only ogx needs."""
    from stackcfg.manifests.file_kinds import kind_of

    kind = kind_of(name, text)
    if not kind:
        return error
    message = f"not a run config, and a {kind} is changed only for ogx"
    newest = families()[-1].name
    return NotRunConfigError(message, Position(1, 1), f"add '--target {newest}'")


def is_kind(text: str) -> bool:
    """Return whether a text has an object of the old operator."""
    return re.search(rf"kind[\"']?:[ \t]*[\"']?{OLD_SERVER}\b", text) is not None


def write_beside(path: str, text: str, force: bool) -> str:
    """Write a result to a new file beside the old one; return its name.

    Raises `StackcfgError` if there is another file of that name.
    """
    new = new_name(path)
    write_new_file(new, text, force)
    return new
