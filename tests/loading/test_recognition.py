"""Which documents are run configs, and which are the values of a Helm chart."""

import pytest
import yaml

from stackcfg.loading.recognition import helm_chart_key, is_run_config

TYPED = "providers: {inference: [{provider_id: a, provider_type: 'remote::ollama'}]}\n"
NAMED = "models: {llama: {enabled: true}}\n"


@pytest.mark.parametrize(
    "beside",
    [
        "apis: [inference]\n",
        "image_name: demo\n",
        "distro_name: demo\n",
        "version: 2\n",
        "version: '2'\n",
        "storage: {backends: {kv_default: {type: kv_sqlite, db_path: a.db}}}\n",
    ],
)
def test_keys_of_run_configs_make_a_run_config(beside: str):
    assert is_run_config(yaml.safe_load(TYPED + NAMED + beside))
    assert helm_chart_key(yaml.safe_load(TYPED + NAMED + beside)) == ""


@pytest.mark.parametrize(
    "beside",
    [
        "",
        "replicaCount: 1\n",
        "version: 1.0.3\n",
        "storage: {size: 5Gi}\n",
        "image: {}\n",
    ],
)
def test_the_values_of_a_chart_are_no_run_config(beside: str):
    assert not is_run_config(yaml.safe_load(TYPED + NAMED + beside))
    assert helm_chart_key(yaml.safe_load(TYPED + NAMED + beside)) == "models"


def test_resources_in_a_list_make_a_run_config():
    assert is_run_config(yaml.safe_load(TYPED + "models: [{model_id: a}]\n"))
