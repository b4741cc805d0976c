"""The provider types that cannot start, held against the code of the releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackcfg.releases.providers import broken_provider
from stackcfg.releases.versions import parse_release
from tests.conformance.agreement.comparison import ask_release
from tests.conformance.releases import required

CONFIG = """\
version: 2
distro_name: demo
apis: [vector_io, inference]
providers:
  inference: [{provider_id: local, provider_type: "inline::sentence-transformers", config: {}}]
  vector_io:
  - provider_id: chroma
    provider_type: inline::chromadb
    config: {db_path: /srv/chroma, persistence: {backend: kv_default, namespace: chroma}}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /srv/kv.db}
    sql_default: {type: sql_sqlite, db_path: /srv/sql.db}
"""

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("version", ["0.7.3", "0.8.0", "1.0.3", "1.3.1", "1.5.0"])
def test_chroma_reads_a_setting_that_it_cannot_have(
    version: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(CONFIG)
    ((_, verdict),) = ask_release(required(version), [path])
    lacking = [each for each in verdict.refusals if "its code reads" in each]
    known = broken_provider("vector_io", "inline::chromadb", parse_release(version))
    assert bool(lacking) == (known is not None), verdict.refusals
    assert all("'metadata_store'" in each for each in lacking if known)
