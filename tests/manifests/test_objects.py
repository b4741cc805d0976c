"""Objects of manifests are found wherever they are, and by the names that refer to them."""

from __future__ import annotations

from stackcfg.manifests.objects import ManifestObject, ManifestSet, read_objects
from stackcfg.yamltext.parser import parse_yaml

SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: passwords}}"
SERVER = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata:
  name: demo
  namespace: team-a
  labels: {tier: ai}
"""


def objects(text: str) -> list[ManifestObject]:
    return read_objects(parse_yaml(text), "demo.yaml")


def test_an_object_knows_its_names():
    (found,) = objects(SERVER)
    assert (found.kind, found.group, found.name, found.namespace) == (
        "LlamaStackDistribution",
        "llamastack.io",
        "demo",
        "team-a",
    )
    assert found.labels == {"tier": "ai"}
    assert (found.file, found.path) == ("demo.yaml", ())


def test_objects_of_lists_and_templates_are_found_with_their_paths():
    text = (
        f"kind: List\nitems:\n- {SECRET}\n- kind: Template\n  objects:\n  - {SECRET}\n"
        f"---\njust: text\n---\n{SECRET}\n"
    )
    assert [(each.path, each.name) for each in objects(text)] == [
        (("items", 0), "passwords"),
        (("items", 1, "objects", 0), "passwords"),
        ((), "passwords"),
    ]


def test_a_core_object_has_no_group():
    (found,) = objects(SECRET)
    assert found.group == ""


def test_a_reference_finds_the_object_of_its_namespace():
    other = SERVER.replace("team-a", "team-b")
    found = ManifestSet(objects(f"{SERVER}---\n{other}---\n{SECRET}\n"))
    names = ("LlamaStackDistribution", "demo")
    assert found.find(*names, "team-b") is found.objects[1]
    assert found.find(*names) is found.objects[0]
    assert found.find(*names, "team-c") is None
    assert found.find("Secret", "passwords", "team-c") is found.objects[2]
    assert found.find("Secret", "other") is None
