"""Validates the objects of manifests: finds them, runs their rules,
applies ignore comments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.config_positions import position_of_offset
from stackcfg.loading.configs import RunConfig, input_error
from stackcfg.manifests.containers import read_compose
from stackcfg.manifests.objects import ManifestObject, ManifestSet, read_objects
from stackcfg.paths import Path, walk_values
from stackcfg.releases.families import Target
from stackcfg.validation.findings import IGNORE_MARK, Finding
from stackcfg.validation.located_findings import locate_finding
from stackcfg.validation.manifest_detection import OtherFiles, mentions_server
from stackcfg.validation.manifest_inspection import GROUPS, ManifestInspection
from stackcfg.validation.manifest_rule import PODS
from stackcfg.validation.manifest_rules import load_manifest_rules
from stackcfg.validation.queries.server_containers import has_server_container
from stackcfg.validation.rule_finding import Correction, EntryPart, RuleFinding
from stackcfg.yamltext.document import Document, ParseError
from stackcfg.yamltext.template_marks import is_template
from stackcfg.yamltext.templates import find_structural

_NAME_ENDINGS: Final = ("name", "Name", "adopt-storage", "adopt-networking")
"""How the keys end whose values name an object."""

Wanted = Callable[[str], bool]


class ManifestFindings(NamedTuple):
    """What was found in the objects of a text.

    `ignored` counts the findings that comments silence. `operators`
    name what judged the objects.
    """

    findings: tuple[Finding, ...] = ()
    ignored: int = 0
    operators: tuple[str, ...] = ()


def find_judged_objects(
    documents: Sequence[Document], file: str
) -> list[ManifestObject]:
    """Return the objects of documents, if rules are about any of them.

    A compose file is one without a kind.
    """
    objects: list[ManifestObject] = []
    for document in documents:
        try:
            objects += read_objects([document], file)
            objects += read_compose([document], file)
        except ParseError as error:
            raise input_error(error, document.position) from None
    if documents and is_template(documents[0].text):
        objects = [each for each in objects if not _has_structure(each)]
    return objects if any(map(is_judged, objects)) else []


def _has_structure(found: ManifestObject) -> bool:
    """Return whether a template decides about the structure of an
    object: its fields are not known before it is rendered.
    """
    return find_structural(found.document.text, *found.node.span) is not None


def is_of_operator(found: ManifestObject) -> bool:
    """Return whether an object is of one of the operators."""
    return GROUPS.get(found.kind) == found.group


def is_judged(found: ManifestObject) -> bool:
    """Return whether rules are about an object."""
    if is_of_operator(found):
        return True
    return mentions_server(found.document.text) and has_server_container(found)


class ManifestSettings(NamedTuple):
    """How objects are judged: which rules are known, which are wanted,
    and the named target.

    `others` finds the objects of the other files of the run.
    """

    known_rules: Collection[str]
    is_wanted: Wanted
    target: Target | None = None
    others: OtherFiles | None = None


def check_objects(
    documents: Sequence[Document],
    objects: Sequence[ManifestObject],
    settings: ManifestSettings,
) -> ManifestFindings:
    """Return the findings of all rules about the objects of one text."""
    judged = [each for each in objects if is_judged(each)]
    manifests = ManifestSet(objects)
    if settings.others is not None:
        found_elsewhere = settings.others.find(names_in(judged))
        manifests = ManifestSet([*objects, *found_elsewhere])
    inspections = [
        ManifestInspection(each, manifests, settings.target) for each in judged
    ]
    findings: list[Finding] = []
    ignored = 0
    for document in documents:
        own = [each for each in inspections if each.object.document is document]
        if own:
            found, count = _check_document(document, own, settings)
            findings += found
            ignored += count
    return ManifestFindings(tuple(findings), ignored, _operators_of(inspections))


def _check_document(
    document: Document,
    inspections: Sequence[ManifestInspection],
    settings: ManifestSettings,
) -> tuple[list[Finding], int]:
    """Return what is found in the objects of a document, and how much
    of it comments silence.
    """
    findings: list[Finding] = []
    for each in inspections:
        findings += _run_rules(each, settings.is_wanted)
    if not document.holds(IGNORE_MARK):
        return findings, 0
    return _apply_ignores(RunConfig(document, {}, ""), findings, settings)


def _operators_of(inspections: Sequence[ManifestInspection]) -> tuple[str, ...]:
    """Return the names of the operators that judge objects, each once."""
    names = [
        f"{each.object.group} operator {each.operator}"
        for each in inspections
        if is_of_operator(each.object)
    ]
    return tuple(dict.fromkeys(names))


def _apply_ignores(
    config: RunConfig, findings: Sequence[Finding], settings: ManifestSettings
) -> tuple[list[Finding], int]:
    from stackcfg.validation.ignores import apply_ignores

    lines = [finding.span.start.line for finding in findings]
    return apply_ignores(
        config, findings, lines, settings.known_rules, settings.is_wanted
    )


def names_in(objects: Sequence[ManifestObject]) -> set[str]:
    """Return the names of objects, and those that they name."""
    found: set[str] = set()
    for each in objects:
        for path, value in walk_values(each.data):
            is_name = bool(path) and str(path[-1]).endswith(_NAME_ENDINGS)
            if is_name and isinstance(value, str) and value:
                found.add(value)
    return found


def _run_rules(inspection: ManifestInspection, is_wanted: Wanted) -> Iterator[Finding]:
    judged = inspection.object
    place = f"{judged.kind}/{judged.name}".rstrip("/")
    config = RunConfig(judged.document, judged.data, place)
    kind = judged.kind if is_of_operator(judged) else PODS
    for rule in load_manifest_rules():
        if kind not in rule.kinds or not is_wanted(rule.id):
            continue
        for finding in rule.check(inspection):
            moved = _move(finding, judged.path)
            try:
                yield locate_finding(config, rule.info, moved)
            except ParseError as error:
                raise input_error(error, partial(position_of_offset, config)) from None


def _move(finding: RuleFinding, path: Path) -> RuleFinding:
    """Return a finding with paths from the document on, not from the object."""
    if not path:
        return finding
    also = tuple((_move_part(part, path), words) for part, words in finding.also)
    also_fix = tuple(
        Correction(_move_part(each.place, path), each.text) for each in finding.also_fix
    )
    place = _move_part(finding.place, path)
    return finding._replace(place=place, also=also, also_fix=also_fix)


def _move_part(part: EntryPart, path: Path) -> EntryPart:
    return part._replace(path=(*path, *part.path))
