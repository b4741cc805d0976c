"""An expression that writes quotes, and the text beside it."""

import pytest

from stackcfg.yamltext.template_quotes import write_all_in_quotes, write_in_quotes


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{ .a | quote }}/v1", '{{ and .a (printf "%v/v1" .a) | quote }}'),
        ("x/{{- .a | squote -}}", '{{- printf "x/%v" (.a | default "") | squote -}}'),
        (
            "50%/{{ quote $.a }}",
            '{{ printf "50%%/%v" ($.a | default "") | quote }}',
        ),
        ("{{ quote (f .a) }}s", '{{ and (f .a) (printf "%vs" (f .a)) | quote }}'),
        (
            "{{ .a | f 1 | quote }}s",
            '{{ and (.a | f 1) (printf "%vs" (.a | f 1)) | quote }}',
        ),
        (
            "{{ .a | quote }}/{{ quote .b }}",
            '{{ and .a .b (printf "%v/%v" .a .b) | quote }}',
        ),
        (
            "${env.X:={{ .a | quote }}}/f",
            '{{ printf "${env.X:=%v}/f" (.a | default "") | quote }}',
        ),
    ],
)
def test_one_expression_writes_all(text: str, written: str):
    assert write_in_quotes(text) == written
    assert write_in_quotes(written) == written


@pytest.mark.parametrize(
    "text",
    [
        "{{ .a | quote }}",
        "{{ .a }}/v1",
        "{{ .a | toJson }}/v1",
        '{{ .a | quote }}"',
        "{{ .a | quote }}\\",
        "{{ .a | quote }}/{{ .b }}",
        "a: {{ .a | quote }}\nb: 1",
        "quote",
    ],
)
def test_what_has_no_such_form_stays(text: str):
    assert write_in_quotes(text) == text


def test_strings_inside_of_data():
    data = {"a": ["{{ .a | quote }}/v1", 1, None]}
    assert write_all_in_quotes(data) == {
        "a": ['{{ and .a (printf "%v/v1" .a) | quote }}', 1, None]
    }
