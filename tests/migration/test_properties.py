"""Whatever a supported config looks like: nothing is lost, and what needs no change does not change."""

import contextlib
import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stackcfg.migration.engine import InputError, Settings, migrate
from tests.support.budgets import budget

LAYOUTS = ("consolidate", "preserve")
EITHER = st.sampled_from(LAYOUTS)
STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=budget(25),
    suppress_health_check=[HealthCheck.too_slow],
)

TOP_STORES = {
    "metadata_store": "kv",
    "inference_store": "sql",
    "conversations_store": "sql",
}
PROVIDERS = [  # api, provider type, its stores, what else its config holds
    (
        "inference",
        "remote::vllm",
        {},
        {"url": "${env.VLLM_URL:=http://localhost:8000/v1}", "max_tokens": 4096},
    ),
    ("safety", "inline::llama-guard", {}, {"excluded_categories": []}),
    ("vector_io", "inline::faiss", {"kvstore": "kv"}, {}),
    ("vector_io", "inline::sqlite-vec", {"kvstore": "kv"}, {"db_path": "/data/vec.db"}),
    ("vector_io", "remote::chromadb", {"kvstore": "kv"}, {"url": "http://chroma"}),
    (
        "agents",
        "inline::meta-reference",
        {"persistence_store": "kv", "responses_store": "sql"},
        {},
    ),
    (
        "files",
        "inline::localfs",
        {"metadata_store": "sql"},
        {"storage_dir": "/data/files"},
    ),
    ("batches", "inline::reference", {"kvstore": "kv"}, {"max_concurrent_batches": 1}),
    ("datasetio", "inline::localfs", {"kvstore": "kv"}, {}),
    ("eval", "inline::meta-reference", {"kvstore": "kv"}, {}),
    (
        "telemetry",
        "inline::meta-reference",
        {},
        {"service_name": "", "sinks": "console"},
    ),
]
NEW_PLACE = {
    ("agents", "persistence_store"): ("persistence", "agent_state"),
    ("agents", "responses_store"): ("persistence", "responses"),
    ("vector_io", "kvstore"): ("persistence",),
}
RESOURCES = {
    "models": [
        {"model_id": "m", "provider_id": "vllm", "metadata": {"n": 384}},
        {"model_id": "n:8b"},
    ],
    "shields": [{"shield_id": "llama-guard"}],
    "vector_dbs": [
        {"vector_db_id": "v", "provider_vector_db_id": "p", "embedding_dimension": 3}
    ],
    "datasets": [],
    "tool_groups": [{"toolgroup_id": "builtin::rag", "provider_id": "rag"}],
}
RENAMED = {
    "vector_db_id": "vector_store_id",
    "provider_vector_db_id": "provider_vector_store_id",
}


class Store(dict):
    """An inline store: its lines may go."""


class Emptied(dict):
    """Providers of which none is left."""


class Moved(list):
    """A resource list: its lines move."""


@dataclass
class Writer:
    """Writes data as YAML in one style, with numbered comments, and knows which lines must stay as they are."""

    rng: Random
    step: int = 2
    list_step: int = 0
    quote: str = ""
    comments: float = 0.0
    flow: float = 0.0
    blanks: float = 0.0
    lines: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    markers: int = 0

    def chance(self, share: float) -> bool:
        return share > 0 and self.rng.random() < share

    def comment(self) -> str:
        self.markers += 1
        return f"# c{self.markers}."

    def put(self, line: str, keep: bool) -> None:
        self.lines.append(line)
        if keep:
            self.kept.append(line)

    def mapping(
        self, data: dict[str, Any], column: int, keep: bool, dash: int | None = None
    ) -> None:
        for number, (key, value) in enumerate(data.items()):
            first = dash is not None and number == 0
            indent = (
                " " * column if not first else " " * dash + "-".ljust(column - dash)
            )
            self.entry(key, value, indent, column, keep, lead=not first)
        if self.chance(self.comments / 3):
            self.put(" " * column + self.comment(), False)

    def entry(
        self, key: str, value: Any, indent: str, column: int, keep: bool, lead: bool
    ) -> None:
        keep = (
            keep
            and not isinstance(value, Store | Emptied | Moved)
            and value not in ("?", ["telemetry"])
        )
        if lead and self.chance(self.blanks):
            self.put("", False)
        if lead and self.chance(self.comments):
            self.put(" " * column + self.comment(), keep)
        beside = f"  {self.comment()}" if self.chance(self.comments) else ""
        head = f"{indent}{self.scalar(key) if self.quote else key}:"
        if value == "?":  # a config that has nothing in it
            self.put(f"{head}{self.rng.choice(['', ' {}', ' null'])}{beside}", False)
        elif isinstance(value, dict) and value and not self.chance(self.flow):
            self.put(head + beside, keep)
            self.mapping(value, column + self.step, keep)
        elif isinstance(value, list) and value and not self.chance(self.flow):
            self.put(head + beside, keep)
            self.items(value, column + self.list_step, keep)
        else:
            self.put(
                f"{head} {self.flow_text(value)}{beside}", keep and not _changes(value)
            )

    def items(self, items: list[Any], column: int, keep: bool) -> None:
        for item in items:
            keep_item = keep and item not in ("telemetry", "vector_dbs")
            if self.chance(self.comments):
                self.put(" " * column + self.comment(), keep_item)
            if isinstance(item, dict):
                if self.chance(self.flow):
                    self.put(
                        f"{' ' * column}- {self.flow_text(item)}",
                        keep_item and not _changes(item),
                    )
                else:
                    self.mapping(item, column + 2, keep_item, dash=column)
            else:
                beside = f" {self.comment()}" if self.chance(self.comments) else ""
                self.put(f"{' ' * column}- {self.scalar(item)}{beside}", keep_item)

    def scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        if self.quote == "'":
            return f"'{value}'"
        return (
            value
            if re.fullmatch(r"[\w/.][\w./-]*", value) and not self.quote
            else json.dumps(value)
        )

    def flow_text(self, value: Any) -> str:
        if isinstance(value, dict):
            inside = ", ".join(
                f"{self.scalar(key)}: {self.flow_text(item)}"
                for key, item in value.items()
            )
            return "{" + inside + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.flow_text, value)) + "]"
        return "{}" if value == "?" else self.scalar(value)


def _changes(value: Any) -> bool:
    """Whether something inside must change, so that the one line on which it stands may."""
    if isinstance(value, Store | Emptied | Moved) or value in (
        "?",
        "telemetry",
        "vector_dbs",
    ):
        return True
    if isinstance(value, dict):
        return "telemetry" in value or any(map(_changes, value.values()))
    return isinstance(value, list) and any(map(_changes, value))


@dataclass
class Sample:
    """A config as data and as text, with what must not change in it."""

    data: dict[str, Any]
    text: str
    kept: list[str]
    markers: int


def _snippet(rng: Random, family: str, use: str) -> Store:
    server = {
        "host": rng.choice(["localhost", "${env.PG_HOST:=localhost}"]),
        "port": rng.choice([5432, "5432"]),
    }
    login = {"db": "llamastack", "user": "u", "password": "${env.PG_PASSWORD:=p #w}"}
    kinds: list[dict[str, Any]] = [
        {"type": "sqlite", "db_path": f"/data/{use}.db"},
        {
            "type": "sqlite",
            "db_path": "${env.SQLITE_STORE_DIR:=~/.llama}/" + f"{use}.db",
        },
        {"type": "postgres", **server, **login},
    ]
    if family == "kv":
        kinds += [
            {"type": "sqlite", "namespace": None, "db_path": f"/data/{use}.db"},
            {"type": "postgres", **server, **login, "table_name": f"{use}_kv"},
            {"type": "redis", "host": "redis", "port": 6379, "namespace": use},
            {
                "type": "mongodb",
                "host": "mongo",
                "port": 27017,
                **login,
                "collection_name": use,
            },
        ]
    return Store(rng.choice(kinds))


def _config(rng: Random) -> dict[str, Any]:
    data: dict[str, Any] = {"version": 2, "image_name": "starter"}
    if rng.random() < 0.7:
        data["apis"] = rng.sample(
            ["agents", "inference", "telemetry", "vector_io", "safety"],
            rng.randint(1, 5),
        )
    stores = {
        key: _snippet(rng, family, key)
        for key, family in TOP_STORES.items()
        if rng.random() < 0.6
    }
    providers: dict[str, Any] = {}
    for number, (api, kind, fields, rest) in enumerate(
        rng.choices(PROVIDERS, k=rng.randint(0, 6))
    ):
        config = {
            **rest,
            **{
                key: _snippet(rng, family, f"{key}{number}")
                for key, family in fields.items()
            },
        }
        if fields and not rest and rng.random() < 0.1:
            config = "?"  # type: ignore[assignment]
        entry = {"provider_id": f"p{number}", "provider_type": kind, "config": config}
        providers.setdefault(api, Moved() if api == "telemetry" else []).append(entry)
    server: dict[str, Any] = {"port": 8321}
    if rng.random() < 0.3:
        server["quota"] = {"kvstore": _snippet(rng, "kv", "quota"), "period": "day"}
    blocks: list[dict[str, Any]] = [{key: value} for key, value in stores.items()]
    blocks += [
        {key: Moved(value)} for key, value in RESOURCES.items() if rng.random() < 0.5
    ]
    blocks += [
        {
            "providers": providers
            if set(providers) - {"telemetry"}
            else Emptied(providers)
        },
        {"server": server},
    ]
    rng.shuffle(blocks)
    for block in blocks:
        data.update(block)
    return data


SEEDS = st.integers(
    0, 2**32
)  # drawing every choice through hypothesis takes ten times as long


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    rng = Random(draw(SEEDS))
    data = _config(rng)
    writer = Writer(
        rng,
        step=rng.choice([2, 2, 4]),
        list_step=rng.choice([0, 2]),
        quote=rng.choice(["", "", '"', "'"]),
        comments=rng.choice([0, 0.15, 0.5]),
        flow=rng.choice([0, 0, 0.2]),
        blanks=rng.choice([0, 0.2]),
    )
    if rng.random() < 0.2:
        writer.put(f"# head {writer.comment()}", True)
        writer.put("---", True)
    writer.mapping(data, rng.choice([0, 0, 0, 2]), True)
    newline = rng.choice(["\n", "\n", "\r\n"])
    text = (
        rng.choice(["", "", "\ufeff"])
        + newline.join(writer.lines)
        + rng.choice([newline, newline, ""])
    )
    return Sample(data, text, writer.kept, writer.markers)


@st.composite
def json_samples(draw: st.DrawFn) -> Sample:
    data = _config(Random(draw(SEEDS)))
    text = json.dumps(_plain(data), indent=draw(st.sampled_from([None, 1, 2, 4])))
    return Sample(data, text + draw(st.sampled_from(["", "\n"])), [], 0)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {} if value == "?" else value


def _without_stores(data: dict[str, Any]) -> dict[str, Any]:
    """What a migration has no business with."""
    gone = {*TOP_STORES, *RESOURCES, "storage", "registered_resources", "telemetry"}
    rest = {key: value for key, value in data.items() if key not in gone}
    if "apis" in rest:
        rest["apis"] = [api for api in rest["apis"] if api != "telemetry"]
    rest["providers"] = {
        api: [{**entry, "config": _kept_settings(entry["config"])} for entry in entries]
        for api, entries in rest["providers"].items()
        if api != "telemetry"
    }
    if "quota" in rest["server"]:
        rest["server"] = {
            **rest["server"],
            "quota": {**rest["server"]["quota"], "kvstore": None},
        }
    return rest


def _kept_settings(config: Any) -> dict[str, Any]:
    stores = {"persistence", *(key for _, _, fields, _ in PROVIDERS for key in fields)}
    return {key: value for key, value in (config or {}).items() if key not in stores}


def _renamed(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {RENAMED.get(key, key): value for key, value in entry.items()}
        for entry in entries
    ]


def _stores(
    data: dict[str, Any], new: dict[str, Any]
) -> list[tuple[str, str, Store, dict[str, Any]]]:
    """Every store of the old config as (who, family, inline, its new reference)."""
    references = new["storage"]["stores"]
    found = []
    for key, family in TOP_STORES.items():
        if key in data:
            found.append(
                (key, family, data[key], references[key.removesuffix("_store")])
            )
    families = {
        key: family for _, _, fields, _ in PROVIDERS for key, family in fields.items()
    }
    for api, entries in data["providers"].items():
        for number, entry in enumerate(entries):
            for key, value in (
                entry["config"].items() if isinstance(entry["config"], dict) else ()
            ):
                if isinstance(value, Store):
                    reference = new["providers"][api][number]["config"]
                    for part in NEW_PLACE.get((api, key), (key,)):
                        reference = reference[part]
                    family = "sql" if api == "files" else families[key]
                    found.append(
                        (f"{entry['provider_type']} {key}", family, value, reference)
                    )
    if "quota" in data["server"]:
        found.append(
            (
                "quota",
                "kv",
                data["server"]["quota"]["kvstore"],
                new["server"]["quota"]["kvstore"],
            )
        )
    return found


def _is_subsequence(lines: list[str], of: list[str]) -> bool:
    rest = iter(of)
    return all(line in rest for line in lines)


def _without_bom(text: str) -> str:
    return text.removeprefix("\ufeff")


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(STEADY, max_examples=budget(32))
@given(sample=samples() | samples() | json_samples())
def test_a_migrated_config_has_all_that_it_had(sample: Sample, layout: str):
    """Its comments, untouched lines, values and stores; a second run changes nothing."""
    result = migrate(sample.text, Settings(layout=layout)).text
    new = yaml.safe_load(_without_bom(result))
    check_lines(sample, result)
    check_meaning(sample, new)
    check_stores(sample, new, layout)
    check_second_run(result)


def check_lines(sample: Sample, result: str) -> None:
    """Comments and untouched lines stay."""
    for number in range(1, sample.markers + 1):
        assert result.count(f"# c{number}.") == 1
    lines = _without_bom(result).replace("\r\n", "\n").split("\n")
    assert _is_subsequence(sample.kept, lines)
    assert result.startswith("\ufeff") == sample.text.startswith("\ufeff")
    assert result.endswith("\n") or not sample.text.endswith("\n")
    if "\r\n" in sample.text:
        assert "\n" not in result.replace("\r\n", "")
    else:
        assert "\r" not in result


def _with_provider(kind: str, entries: Any, data: dict[str, Any]) -> Any:
    """Entries with the provider that served them until 0.2.15: the only one, of vector databases the first."""
    apis = {"vector_dbs": "vector_io", "models": "inference", "shields": "safety"}
    api = apis.get(kind)
    providers = [each["provider_id"] for each in data["providers"].get(api, [])]
    if kind == "vector_dbs":
        providers = providers[:1]
    if len(providers) != 1 or not isinstance(entries, list):
        return entries
    return [{"provider_id": providers[0], **entry} for entry in entries]


def check_meaning(sample: Sample, new: dict[str, Any]) -> None:
    """What needs no change keeps its meaning."""
    assert _without_stores(new) == _without_stores(_plain(sample.data))
    found = dict(new.get("registered_resources", {}))
    for key, value in sample.data.items():
        if key in RESOURCES:
            moved = found.pop(key.replace("vector_dbs", "vector_stores"))
            # a file that is for 0.2.16 or later gets no provider
            completed = _with_provider(key, value, sample.data)
            assert moved in (_renamed(value), _renamed(completed))
    assert found == {}
    assert ("telemetry" in new) == ("telemetry" in sample.data["providers"])
    assert {"metadata", "inference", "conversations"} <= set(new["storage"]["stores"])


def check_stores(sample: Sample, new: dict[str, Any], layout: str) -> None:
    """Every store is found again."""
    files: dict[tuple[str, str], str] = {}
    for who, family, inline, reference in _stores(sample.data, new):
        backend = new["storage"]["backends"][reference["backend"]]
        assert backend["type"] == f"{family}_{inline['type']}"
        free = {"type", "namespace"} | (
            {"db_path", "table_name", "collection_name"}
            if layout == "consolidate"
            else set()
        )
        for name in set(inline) - free:
            assert str(backend[name]) == str(inline[name])
        if layout == "preserve" and family == "kv":
            assert reference["namespace"] == (inline.get("namespace") or "")
        if inline["type"] == "sqlite":  # two of a kind that had a file each still have
            old = files.setdefault((who, backend["db_path"]), inline["db_path"])
            assert old == inline["db_path"]


def check_second_run(text: str) -> None:
    for layout in LAYOUTS:
        again = migrate(text, Settings(layout=layout))
        assert again.text == text
        assert not again.changed


def _held(text: str, rng: Random) -> str:
    """The text in a ConfigMap: as a literal block scalar or in double quotes."""
    if rng.random() < 0.3:
        return (
            f"kind: ConfigMap\ndata:\n  run.yaml: {json.dumps(text)}\n  after: x # y\n"
        )
    lines = (
        " " * 4 * bool(line.strip()) + line for line in text.splitlines(keepends=True)
    )
    indicator = "2" if text.lstrip("\n").startswith(" ") else ""
    header = f"|{indicator}" + ("" if text.endswith("\n") else "-")
    return f"kind: ConfigMap\ndata:\n  run.yaml: {header}\n{''.join(lines).rstrip()}\n  after: x # y\n"


@settings(STEADY, max_examples=budget(30))
@given(sample=samples() | json_samples(), seed=SEEDS, layout=EITHER)
def test_a_configmap_is_migrated_like_the_file_in_it(
    sample: Sample, seed: int, layout: str
):
    text = _without_bom(sample.text).replace("\r\n", "\n")
    alone = migrate(text, Settings(layout=layout)).text
    held = migrate(_held(text, Random(seed)), Settings(layout=layout)).text
    data = yaml.safe_load(held)["data"]
    assert {**data, "run.yaml": data["run.yaml"].rstrip("\n")} == {
        "run.yaml": alone.rstrip("\n"),
        "after": "x",
    }


@settings(STEADY, max_examples=budget(30))
@given(one=samples() | json_samples(), other=samples() | json_samples(), layout=EITHER)
def test_documents_are_migrated_one_by_one(one: Sample, other: Sample, layout: str):
    texts = [
        _without_bom(each.text).replace("\r\n", "\n").rstrip("\n") + "\n"
        for each in (one, other)
    ]
    texts = [text if "\n---\n" in text else f"---\n{text}" for text in texts]
    alone = [migrate(text, Settings(layout=layout)).text for text in texts]
    together = migrate("".join(texts), Settings(layout=layout)).text
    # what ends the one file ends only a document of the other: blank lines there may differ
    assert _without_blank_lines(together) == _without_blank_lines("".join(alone))


def _without_blank_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@settings(STEADY, max_examples=budget(30))
@given(sample=samples(), layout=EITHER)
def test_line_ends_of_windows_stay(sample: Sample, layout: str):
    text = _without_bom(sample.text).replace("\r\n", "\n")
    result = migrate(text, Settings(layout=layout)).text
    assert migrate(
        text.replace("\n", "\r\n"), Settings(layout=layout)
    ).text == result.replace("\n", "\r\n")
    assert migrate("\ufeff" + text, Settings(layout=layout)).text == "\ufeff" + result


PIECES = [
    "",
    " ",
    "\n",
    "\t",
    "#",
    " # x\n",
    ":",
    "- ",
    "&a ",
    "*a",
    "{",
    "]",
    '"',
    "'",
    "|\n",
    "? ",
    "!!str ",
    "\r",
    "---\n",
]


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A config with a few characters or lines changed, gone or doubled."""
    text = draw(samples()).text
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        piece = draw(
            st.sampled_from(
                [
                    "",
                    " ",
                    "\n",
                    "\t",
                    "#",
                    " # x\n",
                    ":",
                    "- ",
                    "&a ",
                    "*a",
                    "{",
                    "]",
                    '"',
                    "|\n",
                    "? ",
                ]
            )
        )
        text = text[:at] + piece + text[min(len(text), at + draw(st.integers(0, 12))) :]
    return text


YAMLISH = st.text(
    st.sampled_from(list("ab: -\n\n  {}[],#'\"|>&*?!%~\t0\r\\")), max_size=60
)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(STEADY, max_examples=budget(75))
@given(
    text=damaged()
    | damaged()
    | YAMLISH
    | YAMLISH.map(lambda text: f"image_name: x\nproviders: {{}}\nmodels: {text}")
)
def test_any_text_is_migrated_or_refused(text: str, layout: str):
    with contextlib.suppress(InputError):
        result = migrate(text, Settings(layout=layout))
        assert readable(result.text) or not readable(text)


def readable(text: str) -> bool:
    """Whether the server's own reader takes a text; libyaml takes a little more."""
    try:
        list(yaml.safe_load_all(_without_bom(text)))
    except (yaml.YAMLError, ValueError):
        return False
    return True
