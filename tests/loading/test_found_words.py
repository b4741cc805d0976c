"""The words without which a folder search parses no file: every run config that it finds has them."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
import yaml

from stackcfg.loading import configs
from stackcfg.loading.configs import (
    find_run_configs,
    looks_like_run_config,
    may_be_found,
    read_documents,
)
from stackcfg.loading.errors import InputError
from stackcfg.loading.evidence import evidence_for
from stackcfg.loading.recognition import FOUND
from tests.support.running import ROOT

FILES = sorted(chain((ROOT / "fixtures").rglob("*.yaml"), ROOT.rglob("docs/*.md")))

PIECES = {
    "version: 2": 1,
    "image_name: x": 2,
    "distro_name: x": 2,
    "external_providers_dir: /x": 2,
    "external_apis_dir: /x": 2,
    "apis: [inference]": 4,
    "providers: {inference: [{provider_type: 'remote::x'}]}": 4,
    "providers: {inference: []}": 1,
    "storage: {backends: {a: {type: kv_sqlite}}}": 4,
    "storage: {backends: {a: {type: x}}}": 2,
    "storage: {stores: {a: {backend: x}}}": 3,
    "metadata_store: {}": 2,
    "metadata_store: {db_path: /x}": 4,
    "inference_store: {type: sqlite}": 4,
    "conversations_store: {type: sqlite}": 4,
    "registered_resources: {models: []}": 3,
}
"""Every kind of evidence for a run config, with its weight."""


def weight_of(text: str) -> int:
    return sum(each.weight for each in evidence_for(yaml.safe_load(text)))


@pytest.mark.parametrize("text", PIECES)
def test_the_pieces_have_these_weights(text):
    assert weight_of(text) == PIECES[text]


def test_evidence_without_the_words_never_suffices():
    def has_word(text: str) -> bool:
        return any(mark in text for mark in configs._FOUND_MARKS)

    without = [weight for text, weight in PIECES.items() if not has_word(text)]
    assert without
    assert sum(without) < FOUND


def test_files_without_the_words_have_no_run_config_for_a_search():
    skipped = [path for path in FILES if not may_be_found(read(path))]
    assert len(skipped) > 20
    assert [path for path in skipped if is_wanted(read(path))] == []


def read(path: Path) -> str:
    return path.read_text(errors="replace").removeprefix("\ufeff")


def is_wanted(text: str) -> bool:
    """Whether a search would validate a text, or report what is wrong in it."""
    if looks_like_run_config(text):
        return True
    try:
        documents = read_documents(text, lenient=True)
        return any(find_run_configs(documents, lenient=True, needed=FOUND))
    except InputError:
        return False
