"""Template expressions: values can be edited around, structure cannot."""

import pytest

from stackcfg.yamltext.template_marks import is_template
from stackcfg.yamltext.templates import find_structural, mask_expressions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {{ .b }}", True),
        ("{% if x %}", True),
        ("a: {b: {}}", False),
        ("a: ${env.B}", False),
    ],
)
def test_a_template_has_its_syntax(text: str, expected: bool):
    assert is_template(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a: {{ .Values.a }}\n",
        'a: "{{ .Values.a }}"\n',
        "a: {{ .Values.a | quote }}\n",
        "a: {{ .Values.a | default 5432 }}\n",
        "a: {{ a }}/{{ b }}\n",
        "a: {{- .Values.a -}}\n",
        "- {{ ifx }}\n",
        'a: {{ include "x" . }}\n',
        "a: {{ if .b }}c{{ else }}d{{ end }}/e\n",
        "- {{- with .b }}{{ . }}{{- end }}\n",
    ],
)
def test_an_expression_that_is_a_value_is_no_structure(text: str):
    assert find_structural(text) is None


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("a: 1\n{{- if .b }}\nc: 2\n{{- end }}\n", "{{- if .b }}"),
        ("a: 1\n  {{ range .b }}\n", "{{ range .b }}"),
        ("a: 1\n{{ with .b }}x{{ end }}\n", "{{ with .b }}x{{ end }}"),
        ("a: 1\nb: {{ toYaml .c }}\n", "{{ toYaml .c }}"),
        ("a: 1\nb: {{ .c | nindent 2 }}\n", "{{ .c | nindent 2 }}"),
        ("a: 1\nb:\n  {{ .c }}\n", "{{ .c }}"),
        ("a: 1\n{% for b in c %}\n", "{% for b in c %}"),
        ("a: 1\n{{/* a comment */}}\n", "{{/* a comment */}}"),
        ('a: 1\n{{ include "x" . }}\n', '{{ include "x" . }}'),
    ],
)
def test_an_expression_that_decides_about_lines_is_structure(
    text: str, expression: str
):
    error = find_structural(text)
    assert error is not None
    assert error.expression == expression
    assert text[error.offset :].lstrip().startswith(expression)


def test_a_long_expression_is_cut():
    error = find_structural("{{ if " + "x" * 100 + " }}")
    assert len(error.expression) == 60
    assert error.expression.endswith("...")


class TestMask:
    def test_every_character_keeps_its_place(self):
        text = "a: {{ b }}/{{ c }}\nd: {{ b }}\n"
        masked = mask_expressions(text)
        assert len(masked) == len(text)
        assert [index for index, char in enumerate(masked) if char == text[index]] == [
            index
            for index in range(len(text))
            if not (3 <= index < 10 or 11 <= index < 18 or 22 <= index < 29)
        ]

    def test_two_expressions_are_two_values(self):
        masked = mask_expressions("{{ a }}{{ b }}")
        assert masked[0] == masked[6] != masked[7] == masked[13]

    def test_a_text_without_expressions_stays(self):
        assert mask_expressions("a: {b: {c: d}}\n") == "a: {b: {c: d}}\n"
