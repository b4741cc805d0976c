"""Which documents are run configs: evidence is weighed, more strictly in a folder search."""

import pytest
import yaml

from stackcfg.loading.recognition import FOUND, is_run_config, weigh_evidence

TYPED = "providers: {inference: [{provider_id: a, provider_type: 'remote::ollama'}]}\n"
NAMED = "models: {llama: {enabled: true}}\n"
PLAIN = f"version: 2\nimage_name: demo\napis: [inference]\n{TYPED}"
INLINE = "metadata_store: {type: sqlite, db_path: a.db}\n"
BACKENDS = "storage: {backends: {kv_default: {type: kv_sqlite, db_path: a.db}}}\n"
REFERENCES = "storage: {stores: {metadata: {backend: kv, namespace: n}}}\n"


def judged(text: str) -> tuple[bool, bool]:
    """Whether a text is a run config when it is named, and when a search finds it."""
    data = yaml.safe_load(text)
    return is_run_config(data), is_run_config(data, FOUND)


CERTAIN = {
    "a whole one": PLAIN,
    "providers": TYPED,
    "an inline store": INLINE,
    "a catalog": BACKENDS,
    "an external one": f"{PLAIN}external_providers_dir: /p\n",
    "its dashes lost": "version: 2\nproviders: {inference: {provider_type: 'remote::x'}}\n",
    "no provider yet": "version: '2'\ndistro_name: demo\napis: [inference]\nproviders: {}\n",
    "a misspelt section": f"{PLAIN}storag: {{}}\n",
    "misspelt providers": "version: 2\nimage_name: demo\napis: [inference]\nprovders: {}\n",
    "with sections of other programs": f"{PLAIN}mine: {{}}\nyours: {{}}\n",
    "a section beside its place": f"{PLAIN}safety: [{{provider_type: 'inline::x'}}]\n",
    "one key of charts": f"{PLAIN}image: demo\n",
    "YAML anchors": f"x-one: {{}}\nx-two: {{}}\nx-three: {{}}\n{TYPED}",
    "before 0.1.7": f"built_at: '2024'\nimage_type: conda\n{TYPED}",
}

ONLY_BY_NAME = {
    "two words": "version: 2\nimage_name: demo\n",
    "references": REFERENCES,
    "resources": "registered_resources: {models: []}\n",
    "an unknown backend": "storage: {backends: {a: {type: kv_sqlit}}}\n",
    "a store that nobody knows": "metadata_store: {type: mine}\n",
    "a misspelt key of a fragment": f"{TYPED}containr: a\n",
    "models in a mapping": f"version: 2\n{TYPED}{NAMED}",
}

OTHERS = {
    "version alone": "version: '2'\n",
    "empty providers": "providers: {}\n",
    "models": "models: [{model_id: a}]\n",
    "charts with models": TYPED + NAMED,
    "charts with a volume": f"{TYPED}{NAMED}storage: {{size: 5Gi}}\n",
    "charts": f"{PLAIN}replicaCount: 1\nimage: {{tag: a}}\n",
    "charts with a key of their own": f"{TYPED}llama: {{}}\n",
    "charts with keys of their own": f"{TYPED}name: a\nnamespace: b\n",
    "charts with providers and a version": f"version: 2\n{TYPED}llama: {{}}\nroute: {{}}\n",
    "providers alone": "inference: [{provider_id: a, provider_type: 'remote::x'}]\n",
    "the config of a provider": f"bucket_name: a\nregion: b\nendpoint_url: c\nuser: d\n{INLINE}",
    "a build config": "version: 2\nimage_name: a\ndistribution_spec: {providers: {}}\n",
    "an object": f"apiVersion: v1\nkind: Thing\n{PLAIN}",
    "compose": "version: '2'\nservices: {a: {image: b}}\n",
    "other storage": "storage: {backends: [s3]}\n",
    "other providers": "providers: {aws: {region: a}, gcp: {region: b}}\n",
    "a list": "- provider_type: inline::x\n",
    "a word": "providers\n",
}


@pytest.mark.parametrize("text", CERTAIN.values(), ids=CERTAIN)
def test_a_run_config_is_one_wherever_it_comes_from(text):
    assert judged(text) == (True, True)


@pytest.mark.parametrize("text", ONLY_BY_NAME.values(), ids=ONLY_BY_NAME)
def test_little_evidence_is_enough_for_a_file_that_is_named(text):
    assert judged(text) == (True, False)


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_files_are_no_run_configs(text):
    assert judged(text) == (False, False)


@pytest.mark.parametrize("value", [[], {}, [[]], {"type": []}, {"type": {}}, None, 1])
@pytest.mark.parametrize(
    "path", ["version", "image_name", "apis", "providers", "storage", "metadata_store"]
)
def test_a_value_of_any_type_is_weighed(path, value):
    weigh_evidence({path: value})
    weigh_evidence({path: {"a": value, "backends": value, "stores": {"a": value}}})
    weigh_evidence({path: {"backends": {"a": {"type": value}}}})


def test_evidence_has_its_place():
    data = yaml.safe_load(f"{PLAIN}replicaCount: 1\n")
    assert [
        (piece.weight, piece.path, piece.what) for piece in weigh_evidence(data)
    ] == [
        (1, ("version",), "'version' is 2"),
        (2, ("image_name",), "'image_name'"),
        (4, ("apis",), "'apis' lists 'inference'"),
        (4, ("providers", "inference", 0), "a provider of 'inference' with its type"),
        (-2, ("replicaCount",), "'replicaCount' is a key of charts"),
    ]
