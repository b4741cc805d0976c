"""The lines of a template, its blocks, and what it writes for given answers."""

import pytest

from stackcfg.yamltext.template_blocks import (
    Answers,
    BlockError,
    Blocks,
    OfOthers,
    without_marks,
)
from stackcfg.yamltext.template_choices import (
    MOST_CHOICES,
    choices_around,
    choices_without,
    plain_choices,
    with_other_items,
)
from stackcfg.yamltext.template_lines import read_line
from stackcfg.yamltext.template_reader import read_blocks


def blocks_of(text: str) -> Blocks:
    lines = text.split("\n")
    return read_blocks(lines, 0, len(lines))


def asked(blocks: Blocks) -> list[str]:
    return [condition.expression for condition in blocks.conditions]


def written(blocks: Blocks, *answers: int) -> list[str]:
    choice = dict(zip(blocks.conditions, answers, strict=True))
    return [without_marks(each.text) for each in blocks.write(choice)]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("a: {{ .x }}", "text"),
        ("a: {{ if .x }}b{{ end }}", "text"),
        ("", "text"),
        ("  {{- if .x }}", "open"),
        ("{{ with .x }}", "open"),
        ("{{- range $a, $b := .x }}", "open"),
        ("  {{- else }}", "else"),
        ("{{- else if .x }}", "else"),
        ("{{- end }}", "end"),
        ("{{/* words */}}", "silent"),
        ("  {{- /* words */ }}", "emitted"),
        ("{{- /* words */ -}}", "unknown"),
        ("{{- $x := .y }}", "silent"),
        ("{{- toYaml .x | nindent 4 }}", "emitted"),
        ('{{ include "x" . }}', "emitted"),
        ("{{- if .x -}}", "unknown"),
        ("{{- end -}}", "unknown"),
        ('{{- define "x" }}', "unknown"),
        ("{{- break }}", "unknown"),
    ],
)
def test_a_line_has_a_kind(line: str, kind: str):
    assert read_line(line).kind == kind


def test_a_block_is_written_if_its_condition_holds():
    blocks = blocks_of(
        "a\n{{- if .x }}\nb\n{{- else if .y }}\nc\n{{- else }}\nd\n{{- end }}\ne"
    )
    assert asked(blocks) == [".x", ".y"]
    assert written(blocks, 1, 0) == ["a", "b", "e"]
    assert written(blocks, 0, 1) == ["a", "c", "e"]
    assert written(blocks, 0, 0) == ["a", "d", "e"]


def test_a_condition_may_be_negated():
    blocks = blocks_of(
        "{{ if not .x }}\na\n{{ else if not (eq .y 1) }}\nb\n{{ else }}\nc\n{{ end }}\n{{ if eq .y 1 }}\nd\n{{ end }}"
    )
    assert asked(blocks) == [".x", "eq .y 1"]
    assert written(blocks, 0, 0) == ["a"]
    assert written(blocks, 1, 0) == ["b"]
    assert written(blocks, 1, 1) == ["c", "d"]


def test_a_loop_is_written_for_each_item():
    blocks = blocks_of("{{- range .x }}\na: {{ .b }}\n{{- else }}\nc\n{{- end }}")
    assert written(blocks, 0) == ["c"]
    assert written(blocks, 2) == ["a: {{ .b }}"] * 2


def test_what_is_said_of_an_item_differs_from_item_to_item_and_from_loop_to_loop():
    lines = "{{- range .x }}\na: {{ .b }}{{ $.c }}\n{{- end }}\n"
    blocks = blocks_of(lines + lines.replace(".x", ".y") + "z: {{ .b }}")
    texts = [each.text for each in blocks.write(dict.fromkeys(blocks.conditions, 2))]
    assert len(set(texts)) == 5
    assert texts[-1] == "z: {{ .b }}"
    assert all(text.count("{{ $.c }}") for text in texts[:-1])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{{ if .x }}\n{{ end }}\n{{ if .x }}\n{{ end }}", 1),
        ("{{ if .x }}\n{{ end }}\n{{ with $.x }}\n{{ end }}", 1),
        ("{{ range $a := .x }}\n{{ end }}\n{{ if .x }}\n{{ end }}", 1),
        ("{{ with .x }}\n{{ range . }}\n{{ end }}\n{{ end }}", 1),
        ("{{ with .x }}\n{{ if .y }}\n{{ end }}\n{{ end }}\n{{ if .y }}\n{{ end }}", 3),
        (
            "{{ $a := .x }}\n{{ $b := .x }}\n{{ range $a }}\n{{ end }}\n{{ range $b }}\n{{ end }}",
            1,
        ),
        (
            "{{ if $a }}\n{{ end }}\n{{ $a = 1 }}\n{{ $a = 2 }}\n{{ if $a }}\n{{ end }}",
            2,
        ),
        (
            "{{ if .x }}\n{{ $a := 1 }}\n{{ end }}\n{{ if $a }}\n{{ end }}\n{{ if $a }}\n{{ end }}",
            3,
        ),
        ('{{ if .x }}\n{{ end }}\n{{ $_ := set . "x" 1 }}\n{{ if .x }}\n{{ end }}', 2),
    ],
)
def test_conditions_that_ask_the_same_are_one(text: str, count: int):
    assert len(blocks_of(text).conditions) == count


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a\n{{ if .x }}\nb", 1),
        ("a\n{{ else }}", 1),
        ("{{ if .x }}\n{{ else }}\n{{ else }}\n{{ end }}", 2),
        ("{{ if .x }}\n{{- end -}}", 1),
    ],
)
def test_blocks_that_cannot_be_read_are_refused(text: str, number: int):
    with pytest.raises(BlockError) as error:
        blocks_of(text)
    assert error.value.number == number


def test_the_end_of_a_block_around_is_none_of_the_lines():
    blocks = blocks_of("a\n{{ end }}\nb")
    assert (blocks.end, blocks.texts) == (1, [0])


def test_a_comment_may_go_over_lines():
    blocks = blocks_of("a\n  {{- /*\n  words: {{ if }}\n  */}}\nb")
    assert written(blocks) == ["a", "b"]


def answers(count: int) -> Answers:
    text = "".join(
        f"{{{{ if .x{number} }}}}\n{{{{ end }}}}\n" for number in range(count)
    )
    return dict.fromkeys(blocks_of(text).conditions, 1)


def related(_one: object, _other: object) -> bool:
    return True


def unrelated(_one: object, _other: object) -> bool:
    return False


def test_few_conditions_get_all_answers():
    found = choices_around(answers(4), unrelated) or []
    assert len({tuple(each.values()) for each in found}) == 16


def test_more_conditions_get_all_pairs_of_answers():
    start = answers(9)
    found = choices_around(start, related) or []
    assert len(found) <= MOST_CHOICES
    for one in start:
        for other in start:
            pairs = {(each[one], each[other]) for each in found}
            assert len(pairs) == (2 if one is other else 4)


def test_too_many_conditions_get_none():
    assert choices_around(answers(40), related) is None


def test_many_conditions_of_different_parts_change_one_at_a_time():
    start = answers(40)
    found = choices_around(start, unrelated) or []
    changed = [sum(start[each] != one[each] for each in start) for one in found]
    assert changed == [0] + [1] * 40


def test_other_answers_to_one_condition_begin_with_few_changes():
    start = answers(3)
    condition = next(iter(start))
    found = list(choices_without(start, condition))
    assert all(each[condition] == 0 for each in found)
    assert sum(found[0].values()) == 2
    assert len(list(plain_choices(list(start)))) == 8


def test_the_second_item_of_a_loop_can_differ():
    blocks = blocks_of("{{ range .x }}\n{{ if .y }}\na\n{{ end }}\n{{ end }}")
    alike, other = with_other_items(
        dict.fromkeys(blocks.conditions, 1), blocks.repeated
    )
    assert len(blocks.write(alike)) == 2
    assert len(blocks.write(other)) == 1
    assert any(isinstance(each, OfOthers) for each in other)
