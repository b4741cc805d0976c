"""The answers for editors as functions: places, completion, backends, changes, and any text at all."""

from __future__ import annotations

import os
import random
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stackcfg.editor.analysis import NOTHING, Analysis, analyze
from stackcfg.editor.backends import (
    RenameError,
    find_backend,
    read_backends,
    rename_backend,
)
from stackcfg.editor.changes import (
    can_migrate,
    fix_all,
    line_edits,
    migrate_text,
    quick_fixes,
)
from stackcfg.editor.completion import complete
from stackcfg.editor.hover import find_hover
from stackcfg.editor.open_files import OpenFiles
from stackcfg.editor.text_index import UTF8, UTF16, UTF32, Place, TextIndex
from stackcfg.validation.settings import Settings, settings_for
from tests.support.running import STARTER
from tests.support.texts import in_config_map

OLD = (STARTER / "input.yaml").read_text()
NEW = (STARTER / "output.yaml").read_text()
EDITS = 2000 if os.environ.get("STACKCFG_ALL") == "1" else 300


def labels(marked: str, known: str = NEW, target: str | None = None) -> list[str]:
    """What can be written at the mark, in a file that was `known` before."""
    offset = marked.index("¦")
    text = marked.replace("¦", "")
    before = analyze(known, settings_for(target))
    analysis = analyze(text, settings_for(target), before)
    return [each.label for each in complete(analysis, text, offset)]


def insert(before: str, new: str, text: str = NEW) -> str:
    assert text.count(before) >= 1
    return text.replace(before, f"{before}{new}", 1)


class TestTextIndex:
    @pytest.mark.parametrize("encoding", [UTF8, UTF16, UTF32])
    @given(text=st.text(st.sampled_from("a é\U0001f40b\r\n\ufeff"), max_size=12))
    def test_there_and_back(self, encoding: str, text: str) -> None:
        index = TextIndex(text, encoding)
        for offset in range(len(index.body) + 1):
            place = index.place(offset)
            back = index.offset(place)
            # between CR and LF there is no place of its own
            assert back == offset or index.body[offset - 1 : offset + 1] == "\r\n"

    def test_units_of_a_column(self) -> None:
        text = "\U0001f40bé: x"
        offset = text.index("x")
        units = {
            each: TextIndex(text, each).place(offset).column
            for each in (UTF8, UTF16, UTF32)
        }
        assert units == {UTF8: 8, UTF16: 5, UTF32: 4}

    def test_a_place_outside_is_the_nearest(self) -> None:
        index = TextIndex("ab\ncd")
        assert index.offset(Place(0, 99)) == 2
        assert index.offset(Place(9, 0)) == 5

    def test_a_byte_order_mark_has_a_column(self) -> None:
        index = TextIndex("\ufeffab")
        assert index.place(0) == Place(0, 1)
        assert index.offset(Place(0, 1)) == 0


class TestCompletion:
    def test_backends_of_the_family_that_is_wanted_come_first(self) -> None:
        text = NEW.replace(
            "inference:\n      backend: sql_default", "inference:\n      backend: ¦"
        )
        if "¦" not in text:
            text = insert(
                "    inference: {table_name: x, backend: ",
                "¦",
                NEW.replace(
                    "    inference: {", "    inference: {table_name: x, backend: ", 1
                ),
            )
        assert labels(text)[0] == "sql_default"

    def test_provider_types_are_those_of_the_release(self) -> None:
        text = NEW.replace("provider_type: remote::ollama", "provider_type: remote::o¦")
        found = labels(text)
        assert "remote::ollama" in found
        assert "remote::openai" in found
        assert "inline::oci" not in labels(text, target="0.2")

    def test_fields_of_a_provider_are_those_of_its_type(self) -> None:
        text = insert("    provider_type: remote::ollama\n    config:\n", "      ¦\n")
        assert labels(text) == ["allowed_models", "auth_credential", "refresh_models"]
        newer = labels(text, target="0.7")
        assert "base_url" in newer
        assert "url" not in newer

    def test_keys_at_the_top(self) -> None:
        found = labels(NEW + "¦")
        assert "logging" in found
        assert "providers" not in found
        assert "distro_name" in labels(NEW + "¦", target="1.5")

    def test_a_new_backend(self) -> None:
        assert labels(insert("  backends:\n", "    new:\n      ¦\n")) == ["type"]
        kinds = labels(insert("  backends:\n", "    new: {type: sql¦}\n"))
        assert kinds == ["sql_sqlite", "sql_postgres", "kv_sqlite"]
        fields = labels(
            insert("  backends:\n", "    new:\n      type: kv_redis\n      ¦\n")
        )
        assert {"host", "port"} <= set(fields)

    def test_apis(self) -> None:
        assert "eval" in labels(insert("apis:\n", "- ev¦\n"))
        flow = "apis: [inference, ev¦]\n" + NEW[NEW.index("providers:") :]
        assert "eval" in labels(flow)
        assert "scoring" in labels(insert("providers:\n", "  ¦\n"))

    def test_inside_a_config_map(self) -> None:
        known = in_config_map(NEW)
        text = in_config_map(NEW.replace("backend: kv_default", "backend: kv¦", 1))
        assert labels(text, known) == ["kv_default"]

    def test_a_comment_and_other_yaml_have_none(self) -> None:
        assert labels(insert("apis:\n", "# ¦\n")) == []
        other = "receivers:\n  ¦"
        assert labels(other, "receivers: {}\n") == []

    def test_what_is_written_fits_the_release(self) -> None:
        """Each key that is offered at the top is one that the release reads."""
        text = NEW + "¦"
        offset = text.index("¦")
        analysis = analyze(NEW, Settings())
        for each in complete(analysis, NEW, offset):
            changed = f"{NEW}{each.text.rstrip()} null\n"
            findings = analyze(changed, Settings()).findings
            assert "unknown-key" not in {found.rule for found in findings}, each


class TestBackends:
    @pytest.mark.parametrize("form", [str, in_config_map], ids=["file", "ConfigMap"])
    def test_every_place_of_a_name(self, form) -> None:
        text = form(NEW)
        analysis = analyze(text, Settings())
        for name in ("kv_default", "sql_default"):
            [backend] = [
                each for each in read_backends(analysis, 0) if each.name == name
            ]
            spans = {spot.span for spot in backend.spots}
            assert len(spans) == text.count(name)
            assert {text[slice(*span)] for span in spans} == {name}
            for start, end in spans:
                assert find_backend(analysis, start) == backend
                assert find_backend(analysis, end) == backend

    def test_quotes_stay(self) -> None:
        text = NEW.replace("backend: kv_default", "backend: 'kv_default'", 1)
        analysis = analyze(text, Settings())
        backend = find_backend(analysis, text.index("'kv_default'") + 3)
        spans = rename_backend(backend, "main", text, analysis)
        changed = text
        for (start, end), new in sorted(spans, reverse=True):
            changed = changed[:start] + new + changed[end:]
        assert changed == text.replace("kv_default", "main")

    @pytest.mark.parametrize("new", ["", "a b", "sql_default", "1a", "${env.X}"])
    def test_a_name_that_cannot_be(self, new: str) -> None:
        analysis = analyze(NEW, Settings())
        backend = find_backend(analysis, NEW.index("backend: kv_default") + 10)
        with pytest.raises(RenameError):
            rename_backend(backend, new, NEW, analysis)


class TestChanges:
    def test_a_file_of_a_later_release_offers_no_migration(self) -> None:
        assert can_migrate(analyze(OLD, Settings()))
        assert not can_migrate(analyze(NEW, Settings()))

    def test_the_migration_is_that_of_the_command(self) -> None:
        assert migrate_text(OLD, Settings()).text == NEW
        assert migrate_text(NEW, Settings(), "0.2").problem
        assert migrate_text("providers: [", Settings()).problem

    def test_fixes_are_proved(self) -> None:
        text = NEW.replace("backend: kv_default", "backend: kv_defalt", 1)
        index = TextIndex(text)
        change = fix_all(text, Settings(), index)
        assert change is not None
        assert apply(text, change.edits, index) == NEW
        assert fix_all(NEW, Settings(), TextIndex(NEW)) is None

    def test_only_findings_of_the_range_have_fixes(self) -> None:
        text = NEW.replace("backend: kv_default", "backend: kv_defalt")
        index = TextIndex(text)
        start = text.index("kv_defalt")
        found = quick_fixes(text, Settings(), index, index.range(start, start))
        assert [each.is_certain for each in found] == [True, False]

    @given(
        old=st.text(st.sampled_from("ab\n\r"), max_size=30),
        new=st.text(st.sampled_from("ab\n\r"), max_size=30),
    )
    def test_edits_of_lines_make_the_new_text(self, old: str, new: str) -> None:
        index = TextIndex(old)
        assert apply(old, list(line_edits(old, new, index)), index) == new


def apply(text: str, edits, index: TextIndex) -> str:
    for edit in sorted(edits, key=lambda each: each.range, reverse=True):
        start, end = map(index.offset, edit.range)
        text = text[:start] + edit.text + text[end:]
    return text


def test_a_file_that_breaks_keeps_what_was_known() -> None:
    before = analyze(NEW, Settings())
    broken = NEW.replace("apis:", "apis: [", 1)
    after = analyze(broken, Settings(), before)
    assert after.problem is not None
    assert after.configs == before.configs
    assert analyze("a: [", Settings(), NOTHING).problem is None


def test_an_internal_error_is_a_diagnostic(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Analysis:
        raise KeyError("x")

    monkeypatch.setattr("stackcfg.editor.open_files.analyze", fail)
    files = OpenFiles(lambda _: Settings())
    files.put("file:///run.yaml", "/run.yaml", NEW, 1)
    assert (
        "internal error: KeyError"
        in files.get("file:///run.yaml").analysis.problem.message
    )


def random_edit(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice((0, 0, 1, 3, 20)))
    pieces = (
        "",
        " ",
        "\n",
        "\r",
        "x",
        ":",
        "{",
        "[",
        "- ",
        "\t",
        "é",
        "\U0001f40b",
        "&a ",
        "*a",
        "<<",
        "'",
        '"',
        "|",
        "${env.",
        "#",
        "---\n",
        "\x00",
        "\u2028",
    )
    return text[:start] + chance.choice(pieces) + text[end:]


@pytest.mark.parametrize(
    "source", [NEW, OLD, in_config_map(NEW)], ids=["new", "old", "map"]
)
def test_no_edit_ends_in_an_error(source: str) -> None:
    chance = random.Random(7)
    text, analysis, readable = source, NOTHING, 0
    for number in range(EDITS // 3):
        text = random_edit(chance, text)
        if number % 4 == 0:
            text = random_edit(chance, source)
        analysis = analyze(text, Settings(), analysis)
        readable += analysis.problem is None and analysis.is_of_ours
        index = TextIndex(text)
        offset = chance.randrange(len(index.body) + 1)
        complete(analysis, index.body, offset)
        find_hover(analysis, index, offset)
        find_backend(analysis, offset)
        if number % 10 == 0:
            quick_fixes(text, Settings(), index, index.range(offset, offset))
            fix_all(text, Settings(), index)
            migrate_text(text, Settings())
    assert readable > EDITS // 30


def test_a_change_of_a_file_of_8_kb_takes_less_than_150_ms() -> None:
    text = NEW
    number = 0
    while len(text) < 8000:
        number += 1
        provider = f"  - provider_id: more{number}\n    provider_type: remote::vllm\n    config: {{url: 'http://v{number}:8000/v1'}}\n"
        text = text.replace(
            "providers:\n  inference:\n", f"providers:\n  inference:\n{provider}", 1
        )
    assert len(yaml.safe_load(text)["providers"]["inference"]) > number
    analysis = analyze(text, Settings())
    took = []
    for each in range(8):
        changed = text.replace("more1", f"most{each}")
        start = time.process_time()
        analysis = analyze(changed, Settings(), analysis)
        took.append(time.process_time() - start)
    print(
        f"{len(text)} bytes: {min(took) * 1000:.1f} ms, at most {max(took) * 1000:.1f} ms"
    )
    assert min(took) < 0.15
