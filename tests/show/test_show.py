"""What `show` says: whole trees, the JSON document, the flowchart; nothing secret, nothing too wide, no traceback."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from random import Random

import pytest
import yaml
from jsonschema import Draft202012Validator

from stackcfg import migrate
from stackcfg.cli.show import version_of
from stackcfg.loading.errors import InputError
from stackcfg.releases.families import describe_releases
from stackcfg.releases.versions import described_releases, format_release
from stackcfg.reports.console.characters import columns
from stackcfg.reports.show.formats import FORMATS, Context
from stackcfg.show.overview import FileOverview, read_overviews
from tests.cli.test_startup import imported
from tests.conformance.generated_configs import Generator
from tests.support.in_process import run_here
from tests.support.running import ROOT, stackcfg

SCHEMA = Draft202012Validator(
    json.loads((ROOT / "schemas" / "show-report-v1.json").read_text())
)

CATALOG = """\
apis: [vector_io, files, inference]
telemetry: {enabled: true}
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama
    config:
      url: http://localhost:11434
  - provider_id: vllm
    provider_type: remote::vllm
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
    config:
      persistence: {backend: kv_default, namespace: vector_io::faiss}
  - provider_id: ${env.MILVUS_URL:+milvus}
    provider_type: remote::milvus
    config:
      uri: http://milvus
      persistence: {backend: kv_redis, namespace: vector_io::milvus}
  files:
  - provider_id: local
    provider_type: inline::localfs
    config:
      metadata_store: {backend: sql_default, table_name: files_metadata}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: "${env.DIR:=/data}/kvstore.db"}
    kv_redis: {type: kv_redis, host: "${env.REDIS:=redis}"}
    sql_default:
      type: sql_sqlite
      db_path: ${env.DIR:=/data}/sql_store.db
    sql_left_over: {type: sql_postgres, host: pg, user: u, password: hunter2}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
"""

CATALOG_TREE = """\
run.yaml: a storage catalog, shown as 0.3.5 reads it
fits best 0.3.0 to 0.3.5
  line 2: 'telemetry' only in 0.3.0 to 0.3.5
  line 18: but no 'token' in remote::milvus only in 0.1.6 to 0.2.13
  line 38: but store 'prompts' only in 0.4.0 or later
files are in ${env.DIR:=/data}/

kv_default  kv_sqlite  kvstore.db  line 28
├── vector_io faiss   line 15    namespace vector_io::faiss
├── metadata          line 35    namespace registry
└── prompts           line 38    namespace prompts; not read by 0.3.5

kv_redis  kv_redis  redis://$REDIS:6379  line 29
└── vector_io milvus  line 20    keys vector_io::milvus:*; only with $MILVUS_URL

sql_default  sql_sqlite  sql_store.db  line 30
├── files local       line 25    table openai_files, 'files_metadata' is ignored
├── inference         line 36    table inference_store
└── conversations     line 37    table openai_conversations

sql_left_over  sql_postgres  postgres://pg:5432/llamastack  line 33  unused

providers without stores: inference 2
0.3.5 ignores namespaces on sqlite: stores on one file share their keys
"""

OLD = """\
metadata_store:
  type: sqlite
  db_path: /data/registry.db
inference_store:
  type: postgres
  host: db.example
  user: llama
  password: hunter2
providers:
  agents:
  - provider_id: m
    provider_type: inline::meta-reference
    config:
      persistence_store: {type: redis, namespace: agents}
      responses_store: {type: postgres, host: db.example, user: llama, password: hunter3}
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
    config:
      kvstore: {type: sqlite, db_path: /data/./registry.db}
  eval:
  - provider_id: e
    provider_type: inline::meta-reference
    config:
      kvstore: {type: oracle}
"""

OLD_TREE = """\
run.yaml: inline stores
fits 0.2.8 to 0.2.24
  line 4: 'inference_store' only in 0.2.8 to 0.2.24

/data/registry.db  sqlite
├── metadata            line 1     kv
└── vector_io faiss     line 20    kv

postgres://db.example:5432/llamastack
├── inference           line 4     table chat_completions
└── agents m responses  line 15    table openai_responses

redis://localhost:6379
└── agents m            line 14    keys agents:*

line 25: 'kvstore' has the type 'oracle', not one of sqlite, redis, postgres,
    mongodb
"""

DANGLING = """\
storage:
  backends:
    kv_default: {type: kv_postgres, user: u, table_name: kv, password: hunter2}
    odd: {type: sqlite}
  stores:
    metadata: {backend: kv_defualt, namespace: registry}
    inference: {backend: kv_default, table_name: inference_store}
    conversations: {backend: "${env.SQL_BACKEND}", table_name: openai_conversations}
  references:
    prompts: {backend: kv_default, namespace: prompts}
providers:
  files:
  - provider_id:
    provider_type: inline::localfs
    config:
      metadata_store: {backend: odd, table_name: files}
"""

DANGLING_TREE = """\
run.yaml: a storage catalog, shown as 0.3.5 reads it
fits 0.3.0 or later
  line 1: 'storage' only in 0.3.0 or later

kv_default  kv_postgres  postgres://localhost:5432/llamastack  line 3
├── inference                   line 7     table inference_store; a sql store on
│                                          a backend of the other family
└── storage.references.prompts  line 10    namespace prompts; not read by 0.3.5

odd  sqlite  of unknown type  line 4
└── files inline::localfs       line 16    table files; off

kv_defualt  not defined
└── metadata                    line 6     namespace registry

$SQL_BACKEND  named by a variable
└── conversations               line 8     table openai_conversations
"""

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: llama}
data:
  run.yaml: |
    metadata_store:
      type: sqlite
      db_path: /data/registry.db
  second.yaml: |
    # the catalog
    storage:
      backends:
        kv_default: {type: kv_sqlite, db_path: /data/kv.db}
      stores:
        metadata: {backend: kv_default, namespace: registry}
"""

CONFIG_MAP_TREE = """\
run.yaml (data.run.yaml): inline stores
fits 0.2.24 or earlier
  line 6: 'metadata_store' only in 0.2.24 or earlier

/data/registry.db  sqlite
└── metadata  line 6     kv

run.yaml (data.second.yaml): a storage catalog, shown as 0.3.5 reads it
fits 0.3.0 or later
  line 11: 'storage' only in 0.3.0 or later

kv_default  kv_sqlite  /data/kv.db  line 13
└── metadata  line 15    namespace registry

0.3.5 ignores namespaces on sqlite: stores on one file share their keys
"""

TEMPLATE = """\
metadata_store:
  type: sqlite
  db_path: {{ .Values.dir }}/registry.db
providers:
  vector_io:
  - provider_id: {{ .Values.id }}
    provider_type: inline::faiss
    config:
      kvstore: {type: redis, host: "{{ .Values.redis }}", namespace: faiss}
"""

HALF = """\
metadata_store:
  type: sqlite
  db_path: kvstore.db
inference_store:
  type: sqlite
  db_path: ${env.DIR:=/other}/sql.db
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: "${env.DIR:=/data}/kvstore.db"}
    sql_default: {type: sql_sqlite, db_path: "${env.DIR:=/data}/sql.db"}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
"""

HALF_TREE = """\
run.yaml: a storage catalog and inline stores, shown as 0.3.5 reads it
fits best 0.3.0 or later
  line 7: 'storage' only in 0.3.0 or later
  line 1: but 'metadata_store' only in 0.2.24 or earlier
  line 4: but 'inference_store' only in 0.2.8 to 0.2.24
files are in ${env.DIR:=/data}/

kv_default  kv_sqlite  kvstore.db  line 9
└── metadata   line 12    namespace registry

sql_default  sql_sqlite  sql.db  line 10
└── inference  line 13    table inference_store

./kvstore.db  sqlite
└── metadata   line 1     kv; not read by 0.3.5

${env.DIR:=/other}/sql.db  sqlite
└── inference  line 4     table chat_completions; not read by 0.3.5

0.3.5 ignores namespaces on sqlite: stores on one file share their keys
"""

TEMPLATE_TREE = """\
run.yaml: inline stores
fits 0.2.24 or earlier
  line 1: 'metadata_store' only in 0.2.24 or earlier

{{ .Values.dir }}/registry.db  sqlite
└── metadata                    line 1     kv

redis://{{ .Values.redis }}:6379
└── vector_io {{ .Values.id }}  line 9     keys faiss:*
"""

LAST = format_release(described_releases()[-1])
TEXTS = {
    "catalog": CATALOG,
    "old": OLD,
    "dangling": DANGLING,
    "configmap": CONFIG_MAP,
    "template": TEMPLATE,
    "half": HALF,
}


def found(text: str, target: str = "0.3") -> FileOverview:
    return FileOverview("run.yaml", read_overviews(text, version_of(target)))


def render(name: str, *shown: FileOverview, target: str = "0.3", **drawn) -> str:
    return FORMATS[name].render(shown, Context(target, version_of(target), **drawn))


def tree(text: str, **drawn) -> str:
    return render("tree", found(text), **drawn)


def document(text: str, target: str = "0.3") -> dict:
    report = json.loads(render("json", found(text, target), target=target))
    SCHEMA.validate(report)
    return report


def chart(*texts: str) -> str:
    return render("mermaid", *(found(text) for text in texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CATALOG, CATALOG_TREE),
        (OLD, OLD_TREE),
        (DANGLING, DANGLING_TREE),
        (CONFIG_MAP, CONFIG_MAP_TREE),
        (TEMPLATE, TEMPLATE_TREE),
        (HALF, HALF_TREE),
    ],
    ids=TEXTS,
)
def test_a_tree_shows_stores_by_backend(text, expected):
    assert tree(text) == expected
    assert tree("\ufeff" + text.replace("\n", "\r\n")) == expected


def test_a_tree_without_color_is_the_same_without_its_colors():
    colored = tree(DANGLING, colored=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == DANGLING_TREE
    assert colored != DANGLING_TREE


def test_a_tree_is_ascii_where_the_encoding_lacks_lines():
    drawn = tree(CATALOG, encoding="ascii")
    assert drawn.isascii()
    assert "|-- metadata" in drawn
    assert "`-- conversations" in drawn


def test_a_wide_terminal_is_used():
    assert "a sql store on a backend of the other family" in tree(DANGLING, width=120)


def test_namespaces_count_on_sqlite_from_1_0():
    stores = {
        each["consumer"]: each
        for each in document(CATALOG)["files"][0]["configs"][0]["stores"]
    }
    assert stores["metadata"]["location"]["prefix"] == ""
    assert stores["prompts"]["status"] == "unread"
    later = {
        each["consumer"]: each
        for each in document(CATALOG, "1.0")["files"][0]["configs"][0]["stores"]
    }
    assert later["metadata"]["location"]["prefix"] == "registry"
    # 1.0 makes a table on `sql_default` of a namespace on `kv_default`
    assert later["prompts"]["status"] == "used"
    assert later["prompts"]["backend"] == "sql_default"
    assert later["connectors"]["implied"]
    assert later["connectors"]["backend"] == "sql_default"
    assert "keys registry:*" in chart_of(CATALOG, "1.0")


def chart_of(text: str, target: str) -> str:
    return render("mermaid", found(text, target))


def test_a_config_for_later_releases_is_shown_as_they_read_it():
    later = CATALOG.replace(
        "[vector_io, files, inference]", "[file_processors]"
    ).replace("telemetry: {", "unread: {")
    for text, version in (later, (0, 8, 0)), (CATALOG, (0, 3, 5)), (OLD, (0, 3, 5)):
        assert read_overviews(text)[0].release == version
        assert read_overviews(text, (0, 3, 5))[0].release == (0, 3, 5)
    shown = FileOverview("run.yaml", read_overviews(later))
    assert "shown as 0.8.0 reads it\n" in render("tree", shown)
    report = json.loads(FORMATS["json"].render([shown], Context("", None)))
    assert [report["release"], report["files"][0]["configs"][0]["release"]] == [
        "",
        "0.8.0",
    ]


def test_targets_name_the_release_that_reads():
    assert version_of("0.3") == (0, 3, 5)
    assert version_of("0.3.2") == (0, 3, 2)
    assert version_of("1.5") == version_of("1") == version_of("latest") == (1, 5, 0)
    for wrong in ("0.2", "0.2.24", "9.9", "new", "2", ""):
        with pytest.raises(ValueError, match=r"is not one of 0\.3, 0\.4, 0\.5,"):
            version_of(wrong)


def test_releases_are_shown_with_their_proof():
    fit = found(CATALOG).configs[0].fit
    assert describe_releases(fit.releases) == "0.3.0 to 0.3.5"
    assert [each.position.line for each in fit.proof] == [2]
    assert describe_releases(
        found("providers: {inference: [{provider_type: mine}]}").configs[0].fit.releases
    ) == ("0.2.24 or earlier, 0.4.0 or later")
    mixed = found(OLD + CATALOG[CATALOG.index("storage:") :]).configs[0]
    assert mixed.style == "mixed"
    assert mixed.fit.against


def test_the_json_report_names_every_store():
    config = document(CATALOG)["files"][0]["configs"][0]
    assert config["style"] == "catalog"
    assert config["providers_without_stores"] == {"inference": 2}
    assert [each["name"] for each in config["backends"] if each["unused"]] == [
        "sql_left_over"
    ]
    assert config["stores"][0] == {
        "consumer": "vector_io faiss",
        "api": "vector_io",
        "provider": "faiss",
        "provider_type": "inline::faiss",
        "family": "kv",
        "style": "catalog",
        "status": "used",
        "backend": "kv_default",
        "name": "vector_io::faiss",
        "location": {
            "engine": "sqlite",
            "connection": {"db_path": "${env.DIR:=/data}/kvstore.db"},
            "table": "kvstore",
            "prefix": "",
        },
        "path": ["providers", "vector_io", 0, "config", "persistence"],
        "line": 15,
        "column": 7,
        "implied": False,
        "disabled": False,
        "variable": "",
    }
    for text in TEXTS.values():
        document(text)


def test_the_whole_json_document():
    file = {"db_path": "/data/kv.db"}
    assert document(
        CONFIG_MAP[: CONFIG_MAP.index("  run.yaml")]
        + CONFIG_MAP[CONFIG_MAP.index("  second.yaml") :]
    ) == {
        "version": 1,
        "target": "0.3",
        "release": "0.3.5",
        "files": [
            {
                "file": "run.yaml",
                "configs": [
                    {
                        "place": "data.second.yaml",
                        "release": "0.3.5",
                        "style": "catalog",
                        "releases": {
                            "spans": [{"first": "0.3.0", "last": LAST}],
                            "proof": [
                                {
                                    "what": "'storage'",
                                    "spans": [{"first": "0.3.0", "last": LAST}],
                                    "line": 7,
                                    "column": 5,
                                }
                            ],
                            "against": [],
                        },
                        "backends": [
                            {
                                "name": "kv_default",
                                "type": "kv_sqlite",
                                "line": 9,
                                "column": 9,
                                "location": {
                                    "engine": "sqlite",
                                    "connection": file,
                                    "table": "",
                                    "prefix": "",
                                },
                                "users": ["metadata"],
                                "unused": False,
                            }
                        ],
                        "stores": [
                            {
                                "consumer": "metadata",
                                "api": "",
                                "provider": "",
                                "provider_type": "",
                                "family": "kv",
                                "style": "catalog",
                                "status": "used",
                                "backend": "kv_default",
                                "name": "registry",
                                "location": {
                                    "engine": "sqlite",
                                    "connection": file,
                                    "table": "kvstore",
                                    "prefix": "",
                                },
                                "path": ["storage", "stores", "metadata"],
                                "line": 11,
                                "column": 9,
                                "implied": False,
                                "disabled": False,
                                "variable": "",
                            }
                        ],
                        "unreadable": [],
                        "providers_without_stores": {},
                    }
                ],
            }
        ],
    }


def test_the_json_report_has_the_status_of_each_store():
    config = document(DANGLING)["files"][0]["configs"][0]
    assert {each["consumer"]: each["status"] for each in config["stores"]} == {
        "metadata": "dangling",
        "inference": "wrong-family",
        "conversations": "variable",
        "storage.references.prompts": "unread",
        "files inline::localfs": "used",
    }
    assert document(OLD)["files"][0]["configs"][0]["unreadable"][0]["line"] == 25


CATALOG_CHART = """\
flowchart LR
    b1("kv_default<br/>kv_sqlite")
    d2[("$DIR/kvstore.db")]
    b1 --> d2
    b3("kv_redis<br/>kv_redis")
    d4[("redis://$REDIS:6379")]
    b3 --> d4
    b5("sql_default<br/>sql_sqlite")
    d6[("$DIR/sql_store.db")]
    b5 --> d6
    b7("sql_left_over<br/>sql_postgres<br/>unused")
    d8[("postgres://pg:5432/llamastack")]
    b7 --> d8
    class b7 unused
    c9["vector_io faiss"]
    c9 -->|"namespace vector_io::faiss"| b1
    c10["vector_io milvus<br/>only with $MILVUS_URL"]
    c10 -->|"keys vector_io::milvus:*"| b3
    c11["files local"]
    c11 -->|"table openai_files, 'files_metadata' is ignored"| b5
    c12["metadata"]
    c12 -->|"namespace registry"| b1
    c13["inference"]
    c13 -->|"table inference_store"| b5
    c14["conversations"]
    c14 -->|"table openai_conversations"| b5
    c15["prompts"]
    c15 -.->|"namespace prompts; not read by 0.3.5"| b1
    classDef unused stroke:gray,stroke-dasharray:5
"""

OLD_CHART = """\
flowchart LR
    c1["metadata"]
    d2[("/data/registry.db")]
    c1 -->|"kv"| d2
    c3["inference"]
    d4[("postgres://db.example:5432/llamastack")]
    c3 -->|"table chat_completions"| d4
    c5["agents m"]
    d6[("redis://localhost:6379")]
    c5 -->|"keys agents:*"| d6
    c7["agents m responses"]
    c7 -->|"table openai_responses"| d4
    c8["vector_io faiss"]
    c8 -->|"kv"| d2
"""

DANGLING_CHART = """\
flowchart LR
    b1("kv_default<br/>kv_postgres")
    d2[("postgres://localhost:5432/llamastack")]
    b1 --> d2
    b3("odd<br/>sqlite")
    c4["metadata"]
    b5("kv_defualt<br/>not defined")
    class b5 missing
    c4 -.->|"namespace registry"| b5
    c6["inference"]
    c6 -.->|"table inference_store; a sql store"| b1
    c7["conversations"]
    b8("$SQL_BACKEND<br/>named by a variable")
    c7 -.->|"table openai_conversations"| b8
    c9["storage.references.prompts"]
    c9 -.->|"namespace prompts; not read by 0.3.5"| b1
    c10["files inline::localfs<br/>off"]
    c10 -->|"table files"| b3
    classDef missing stroke:red,stroke-width:2px,stroke-dasharray:5
"""

HALF_CHART = """\
flowchart LR
    b1("kv_default<br/>kv_sqlite")
    d2[("$DIR/kvstore.db")]
    b1 --> d2
    b3("sql_default<br/>sql_sqlite")
    d4[("${env.DIR:=/data}/sql.db")]
    b3 --> d4
    c5["metadata"]
    d6[("kvstore.db")]
    c5 -.->|"kv; not read by 0.3.5"| d6
    c7["inference"]
    d8[("${env.DIR:=/other}/sql.db")]
    c7 -.->|"table chat_completions; not read by 0.3.5"| d8
    c9["metadata"]
    c9 -->|"namespace registry"| b1
    c10["inference"]
    c10 -->|"table inference_store"| b3
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CATALOG, CATALOG_CHART),
        (OLD, OLD_CHART),
        (DANGLING, DANGLING_CHART),
        (HALF, HALF_CHART),
    ],
    ids=["catalog", "old", "dangling", "half"],
)
def test_a_chart_shows_stores_backends_and_databases(text, expected):
    assert chart(text) == expected


LABEL = r'"(?:[^"`%\\&<>]|<br/>)*"'
STATEMENTS = (
    r"flowchart LR",
    rf"subgraph f\d+\[{LABEL}\]",
    r"end",
    rf"[bcd]\d+(?:\[{LABEL}\]|\({LABEL}\)|\[\({LABEL}\)\])",
    rf"[bcd]\d+ (?:-->|-\.->)(?:\|{LABEL}\|)? [bd]\d+",
    r"class b\d+ (?:missing|unused)",
    r"classDef \w+ [\w:,-]+",
)


def well_formed(drawn: str) -> None:
    """Every line is a statement of the grammar, every node is drawn once and before it is used."""
    drawn_nodes: set[str] = set()
    for line in drawn.splitlines():
        text = line.strip()
        assert any(re.fullmatch(statement, text) for statement in STATEMENTS), line
        node = re.match(r"([bcd]\d+)[\[(]", text)
        if node:
            assert node[1] not in drawn_nodes
            drawn_nodes.add(node[1])
        elif text[0] in "bcd" and text[1].isdigit():
            assert set(re.findall(r"^[bcd]\d+|[bd]\d+$", text)) <= drawn_nodes


def test_a_chart_of_several_configs_has_subgraphs():
    drawn = chart(*TEXTS.values())
    well_formed(drawn)
    assert drawn.count("flowchart") == 1
    assert drawn.count("subgraph") == drawn.count("    end\n") == 7
    assert 'subgraph f4["run.yaml (data.run.yaml)"]' in drawn


def test_a_chart_escapes_what_could_break_it():
    name = '"`#;%%{init: {}}%% ]) <b> & $$x$$ \\ end\n'
    text = yaml.dump(
        {"storage": {"backends": {name: {"type": "kv_sqlite", "db_path": name}}}}
    )
    drawn = chart(text)
    well_formed(drawn)
    assert "#quot;" not in drawn
    assert "#34;#96;#35;;#37;#37;{init" in drawn
    assert "$$" not in drawn


def test_no_format_shows_a_secret():
    text = (
        OLD
        + 'server: {quota: {kvstore: {type: redis, host: "redis://me:hunter4@redis"}}}\n'
    )
    text = text.replace("host: db.example", "host: me:hunter5@db.example", 1)
    catalog = CATALOG.replace(
        "/data}/sql_store.db", "/data}/sql_store.db?password=hunter6"
    )
    for each in (text, catalog, DANGLING):
        shown = tree(each) + json.dumps(document(each)) + chart(each)
        assert "hunter" not in shown
    assert "********" in tree(text)


ODD = (
    None,
    [],
    {},
    0,
    True,
    "",
    "x" * 200,
    '"`#;%%{init: {}}%% ]) end subgraph <b> & $$ | \\ ',
    "\u202e\x1b[31m",
    "\u6f22\u5b57" * 60,
    {"backend": "kv_default", "namespace": "n"},
    {"backend": 5},
    {"backend": None, "table_name": [1]},
    {"type": "sqlite", "db_path": {"a": 1}},
    {"type": ["x"]},
    [{"provider_type": 3, "provider_id": []}],
    {2: 2, None: 3, True: {"backend": "z", "namespace": {}}},
    "${env.A:+b}",
    {"backend": "${env.B}", "namespace": "q"},
)


def spoiled(text: str, random: Random) -> str:
    """A config in which some values are other than anyone would write."""
    data = yaml.safe_load(text)
    for _ in range(random.randint(0, 4)):
        path = random.choice(paths(data))
        holder = data
        for part in path[:-1]:
            holder = holder[part]
        if isinstance(holder, dict) and random.random() < 0.3:
            holder[
                random.choice(["backend", "z", 5, None, "storage", "end", '"q"'])
            ] = deepcopy(random.choice(ODD))
        else:
            holder[path[-1]] = deepcopy(random.choice(ODD))
    return yaml.dump(data, sort_keys=False, allow_unicode=random.random() < 0.5)


def paths(value: object, path: tuple = ()) -> list[tuple]:
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return ([path] if path else []) + [
        each for part, item in parts for each in paths(item, (*path, part))
    ]


@pytest.mark.parametrize("seed", range(60))
def test_odd_configs_are_drawn_in_80_columns(seed):
    random = Random(seed)
    text = Generator(seed).text()
    text = spoiled(migrate(text).text if seed % 2 else text, random)
    target = random.choice(["0.3", "0.5", "1.2", "1.5"])
    try:
        shown = found(text, target)
    except InputError:
        return
    for encoding in ("utf-8", "ascii"):
        for line in render("tree", shown, encoding=encoding).split("\n"):
            assert columns(line) <= 80
            assert line.isprintable()
            assert line == line.rstrip()
    document(text, target)
    well_formed(render("mermaid", shown, shown))


def test_verbose_shows_what_makes_a_run_config(tmp_path):
    (tmp_path / "run.yaml").write_text(
        "version: 2\nreplicaCount: 1\nstorag: {}\napis: [inference]\n"
        "metadata_store: {type: sqlite, db_path: a.db}\n"
    )
    done = run_here("show", "-v", "run.yaml", cwd=tmp_path)
    assert done.out.splitlines()[1:7] == [
        "evidence of a run config",
        "  line 1: 'version' is 2",
        "  line 4: 'apis' lists 'inference'",
        "  line 5: the store 'metadata_store'",
        "  line 2: but 'replicaCount' is a key of charts",
        "  line 3: but no release has a key 'storag'",
    ]
    plain = run_here("show", "run.yaml", cwd=tmp_path).out
    assert "evidence" not in plain


def test_the_command_shows_files_and_folders(tmp_path):
    (tmp_path / "run.yaml").write_text(CATALOG)
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "other.yaml").write_text("a: 1\n")
    done = run_here("show", "run.yaml", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, CATALOG_TREE, "")
    done = run_here("show", ".", cwd=tmp_path)
    assert done.code == 0
    assert done.out == OLD_TREE.replace(
        "run.yaml", "./old.yaml"
    ) + "\n" + CATALOG_TREE.replace("run", "./run")
    done = run_here("show", "-v", ".", cwd=tmp_path)
    assert "other.yaml: skipped: not a run config" in done.err
    done = run_here("show", "-", "--stdin-filename", "run.yaml", stdin=TEMPLATE)
    assert (done.code, done.out) == (0, TEMPLATE_TREE)


def test_the_command_names_file_and_line_of_a_problem(tmp_path):
    (tmp_path / "run.yaml").write_text(CATALOG)
    (tmp_path / "bad.yaml").write_text("storage:\n  backends: {a: [}\n")
    done = run_here("show", "bad.yaml", "run.yaml", "gone.yaml", cwd=tmp_path)
    assert done.code == 2
    assert done.out == CATALOG_TREE
    assert re.search(r"^bad\.yaml:2:\d+: error: not valid YAML", done.err)
    assert "gone.yaml: error: no such file" in done.err
    done = run_here("show", "--format", "json", "bad.yaml", "run.yaml", cwd=tmp_path)
    assert (done.code, done.err) == (2, "")
    report = json.loads(done.out)
    SCHEMA.validate(report)
    assert [each["file"] for each in report["files"]] == ["bad.yaml", "run.yaml"]
    assert report["files"][0]["problem"]["line"] == 2
    assert run_here("show", "--target", "0.2", "run.yaml", cwd=tmp_path).code == 2


def test_the_command_reads_the_project_settings(tmp_path):
    (tmp_path / "stackcfg.toml").write_text('target = "0.3.2"\n')
    (tmp_path / "run.yaml").write_text(CATALOG)
    assert "shown as 0.3.2 reads it" in run_here("show", "run.yaml", cwd=tmp_path).out
    drawn = run_here("show", "--format", "mermaid", "run.yaml", cwd=tmp_path)
    assert (drawn.code, drawn.err) == (0, "")
    well_formed(drawn.out)


def test_the_command_draws_what_the_stream_can_show(tmp_path):
    (tmp_path / "run.yaml").write_text(CATALOG)
    plain = stackcfg("show", "run.yaml", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert plain.out.isascii()
    assert "`-- prompts" in plain.out
    colored = stackcfg("show", "run.yaml", cwd=tmp_path, FORCE_COLOR="1")
    assert "\x1b[" in colored.out
    assert (
        stackcfg("show", "run.yaml", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").out
        == CATALOG_TREE
    )


def test_the_plain_tree_needs_nothing_slow():
    assert not imported(
        "show",
        str(ROOT / "fixtures" / "migrate" / "situations" / "starter" / "output.yaml"),
    ) & {
        "pydantic",
        "rich",
        "jsonschema",
        "ruamel",
    }


def test_the_command_shows_a_newer_file_as_its_own_releases_read_it(tmp_path):
    (tmp_path / "run.yaml").write_text(
        CATALOG.replace("telemetry: {enabled: true}", "distro_name: mine")
    )
    assert "shown as 0.8.0 reads it" in run_here("show", "run.yaml", cwd=tmp_path).out
    assert (
        "shown as 0.3.5 reads it"
        in run_here("show", "--target", "0.3", "run.yaml", cwd=tmp_path).out
    )
    (tmp_path / "stackcfg.toml").write_text('target = "0.3.2"\n')
    assert "shown as 0.3.2 reads it" in run_here("show", "run.yaml", cwd=tmp_path).out
