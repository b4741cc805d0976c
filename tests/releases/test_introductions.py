"""Which release brought what: read again from the models of the releases themselves."""

from __future__ import annotations

from itertools import pairwise

from stackcfg.releases.introductions import (
    key_introduction,
    provider_introduction,
    value_introduction,
)
from stackcfg.releases.models import config_model, model_names
from stackcfg.releases.providers import provider_types
from stackcfg.releases.versions import described_releases

NEWEST = described_releases()[-1]


def test_a_key_is_not_in_the_release_before_the_one_that_brought_it():
    before = {after: first for first, after in pairwise(described_releases())}
    brought = 0
    for name in model_names(NEWEST):
        for key in config_model(name, NEWEST).fields:
            since = key_introduction(name, key, NEWEST)
            if since is not None:
                assert key in config_model(name, since).fields, (name, key)
                assert key not in config_model(name, before[since]).fields, (name, key)
                brought += 1
    assert brought > 30


def test_a_provider_type_is_not_in_the_release_before_the_one_that_brought_it():
    before = {after: first for first, after in pairwise(described_releases())}
    for name in provider_types("inference", NEWEST):
        since = provider_introduction("inference", name, NEWEST)
        assert since is not None
        assert name in provider_types("inference", since)
        if since in before:
            assert name not in provider_types("inference", before[since])


def test_what_is_as_old_as_its_model_has_no_answer():
    assert key_introduction("ServerConfig", "port", NEWEST) is None
    assert key_introduction("ServerConfig", "insecure", NEWEST) == (1, 2, 0)


def test_a_word_of_a_field():
    assert value_introduction("SqliteSqlStoreConfig", "type", "sqlite", NEWEST) is None
    assert value_introduction("S3FilesImplConfig", "region", "mars", NEWEST) is None
