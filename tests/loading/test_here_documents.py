"""Run configs that scripts and Dockerfiles write from here-documents, or from quotes.

The judge is a shell: a migrated script must write what a migration of the written file
gives.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.loading.here_documents import (
    find_here_documents,
    find_written_configs,
)
from stackcfg.loading.places.here_documents import read
from stackcfg.migration.engine import migrate, settings_for
from stackcfg.validation.engine import fix, validate
from stackcfg.validation.settings import settings_for as validation_settings
from stackcfg.yamltext.document import Document, Mapping, Scalar
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.lines import LineIndex
from tests.support.in_process import run_here

CONFIG = """\
version: '2'
image_name: demo  # ours
apis: [inference, safety]
providers:
  inference:
  # the only one
  - provider_id: ollama
    provider_type: remote::ollama
    config:
      url: http://ollama:11434
metadata_store:
  type: sqlite
  db_path: /data/registry.db
"""
SHELL = CONFIG.replace("http://ollama", r"\${env.OLLAMA_URL:=http://$HOST}")
SHELL += 'models:\n- {model_id: "$MODEL", provider_id: `printf ollama`}\n'
SHELL += "- {model_id: '\\`\\\\x', provider_id: $(printf ollama)}\n"


def indented(text: str, start: str) -> str:
    return "".join(start + line for line in text.splitlines(keepends=True))


def single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def double(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


QUOTED = CONFIG.replace("remote::ollama", '"remote::ollama"')
NEEDS_NO_SHELL = QUOTED.replace("http://ollama", "${env.OLLAMA_URL:=http://x}")

SCRIPTS = {
    "quoted": f"cat > run.yaml <<'EOF'\n{CONFIG}EOF\n",
    "double quotes": f'cat <<"END" >run.yaml\n{CONFIG}END\n',
    "backslash": f"cat > run.yaml << \\EOF\n{CONFIG}EOF\necho done\n",
    "tee": f"tee run.yaml <<'EOF' >/dev/null\n{CONFIG}EOF\n",
    "expanded": f"HOST=ollama MODEL=a\ncat > run.yaml <<EOF\n{SHELL}EOF\n",
    "tabs": f"if true; then\n\tcat > run.yaml <<-'EOF'\n{indented(CONFIG, chr(9))}\tEOF\nfi\n",
    "tabs, expanded": "HOST=h; MODEL=a_b\ncat > run.yaml <<-EOF\n"
    + indented(SHELL, "\t\t")
    + "EOF\n",
    "continued": "cat > run.yaml <<EOF\n"
    + CONFIG.replace("demo  #", "de\\\nmo  #")
    + "EOF\n",
    "two": f"cat > x <<'A'\nx: $(\nA\ncat > run.yaml <<'B'\n{CONFIG}B\n",
    "echo": f"echo {single(NEEDS_NO_SHELL)} > run.yaml\n",
    "echo without a last line end": f"echo {single(QUOTED.strip())} >run.yaml\n",
    "echo of two quotes": f"echo {double(QUOTED)} | tee run.yaml >/dev/null\n",
    "echo of variables": f"HOST=ollama MODEL=a\nprintf '%s' {double(SHELL)} > run.yaml\n",
    "echo behind a quote": "echo '" + QUOTED.replace("'", "'\"'\"'") + "' >run.yaml\n",
    "printf": f"printf {single(QUOTED)} > run.yaml\n",
    "printf of a string": f"printf '%s\\n' {single(QUOTED.strip())} > run.yaml\n",
    "echo of line ends": "echo "
    + single(QUOTED.strip().replace("\n", "\\n"))
    + " > run.yaml\n",
    "echo of line ends in two quotes": "echo "
    + double(QUOTED.strip().replace("\n", "\\n"))
    + " >run.yaml\n",
    "printf of line ends": "printf "
    + single(QUOTED.replace("\n", "\\n"))
    + " >run.yaml\n",
    "variable": f'RUN={single(QUOTED)}\necho "$RUN" > run.yaml\n',
    "here-document beside": f"cat > x <<'A'\necho '\nA\necho {single(QUOTED)} >run.yaml\n",
    "two of one line": f"cat <<'A' - 3<<'B' >run.yaml\n{CONFIG}A\n# end\nB\n",
}


def run_script(script: str, folder: Path) -> str:
    folder.mkdir()
    subprocess.run(["/bin/sh", "-eu", "-c", script], cwd=folder, check=True, timeout=60)
    return (folder / "run.yaml").read_text()


@pytest.mark.parametrize("target", ["0.3", "1.5"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_migrated_script_writes_the_migrated_config(
    name: str, target: str, tmp_path: Path
):
    script = SCRIPTS[name]
    written = run_script(script, tmp_path / "before")
    settings = settings_for(target)
    result = migrate(script, settings)
    assert result.changed
    after = run_script(result.text, tmp_path / "after")
    assert after == migrate(written, settings).text
    assert not migrate(result.text, settings).changed


CONTINUED = {
    "echo": "RUN echo "
    + single(QUOTED.strip().replace("\n", "\\n\\\n"))
    + " > run.yaml\n",
    "echo with an end": "RUN echo "
    + single(QUOTED.replace("\n", "\\n\\\n")[:-2])
    + " > run.yaml\n",
    "echo with a broken end": "RUN echo "
    + single(QUOTED.replace("\n", "\\n\\\n"))
    + " > run.yaml\n",
    "echo in two quotes": 'RUN echo "\\\n'
    + double(QUOTED.replace("\n", "\\n\\\n"))[1:-3]
    + '" > run.yaml\n',
    "printf": "RUN printf " + single(QUOTED.replace("\n", "\\n\\\n")) + " >run.yaml\n",
    "a last line that becomes a comment": "RUN echo "
    + single(
        (QUOTED + "shields:\n- {shield_id: a, provider_id: b}").replace("\n", "\\n\\\n")
    )
    + " >run.yaml\n",
}


def joined(dockerfile: str) -> str:
    """Return the shell text of `RUN`, whose lines BuildKit joins, without comments."""
    lines = [
        line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")
    ]
    return "".join(line.removesuffix("\\") for line in lines).removeprefix("RUN ")


@pytest.mark.parametrize("text", ["a: 1\\n\\\nb: 2", "a: 1\\n\\\nb: 2\\n"])
def test_a_comment_does_not_take_the_end_of_a_command_away(text: str):
    """An edit makes a comment of the last line."""
    script = f"echo '{text}' > run.yaml"
    root = Mapping(0, len(script), None, flow=False)
    value = Scalar(6, 6 + len(text), None, text, "<<sn")
    root.entries.append((Scalar(6, 6, None, "run.yaml", "'"), value))
    document = Document(script, root, LineIndex(script), 0, len(script), is_yaml=False)
    held = read(text, ("run.yaml",), document)
    start = held.text.index("b: 2")
    edits = held.held_edits([Edit(start, start, ("# ",))])
    after = apply_edits(text, edits)
    assert after.startswith("a: 1\\n\\\n# b: 2\\n\\\n")


def without_comments(text: str) -> list[str]:
    return [
        line for line in text.splitlines() if line and not line.lstrip().startswith("#")
    ]


@pytest.mark.parametrize("target", ["0.3", "1.0", "1.5"])
@pytest.mark.parametrize("name", CONTINUED)
def test_a_continued_line_of_a_dockerfile_writes_the_migrated_config(
    name: str, target: str, tmp_path: Path
):
    dockerfile = CONTINUED[name].replace("  # the only one\\n\\\n", "")
    written = run_script(joined(dockerfile), tmp_path / "before")
    settings = settings_for(target)
    result = migrate(dockerfile, settings)
    after = run_script(joined(result.text), tmp_path / "after")
    assert without_comments(after) == without_comments(migrate(written, settings).text)
    assert all(line.endswith("\\") for line in result.text.splitlines()[:-1])
    assert not migrate(result.text, settings).changed


@pytest.mark.parametrize("name", SCRIPTS)
def test_findings_are_those_of_the_written_config(name: str, tmp_path: Path):
    script = SCRIPTS[name]
    written = run_script(script, tmp_path / "before")
    settings = validation_settings("0.2")
    alone = validate(written, settings).findings
    found = validate(script, settings).findings
    assert [each.rule for each in found] == [each.rule for each in alone]
    lines = script.splitlines()
    for each, other in zip(found, alone, strict=True):
        there = written.splitlines()[other.span.start.line - 1].strip()
        assert lines[each.span.start.line - 1].strip().startswith(there[:5])


@pytest.mark.parametrize("operator", ["<<EOF", "<<'EOF'", "<<-EOF"])
def test_a_fix_is_written_into_the_script(operator: str):
    config = CONFIG.split("metadata_store")[0].replace("ollama:11434", "ollama/v1")
    config = indented(config.replace("url:", "base_url:"), "\t" * ("-" in operator))
    script = f"cat > run.yaml {operator}\n{config}EOF\n"
    fixed = fix(script, validation_settings("1.5"))
    assert fixed.text == script.replace("image_name", "distro_name")


@pytest.mark.parametrize("name", SCRIPTS)
def test_lines_of_a_script_that_end_with_crlf_do_so_afterwards(name: str):
    script = SCRIPTS[name]
    if "\\\n" in script:
        # CR stays behind the backslash
        return
    wanted = migrate(script).text.replace("\n", "\r\n")
    assert migrate(script.replace("\n", "\r\n")).text == wanted


@pytest.mark.parametrize(
    ("instruction", "place"),
    [
        ("COPY <<EOF /app/run.yaml", "/app/run.yaml"),
        ("COPY --chown=1001 <<run.yaml /app/", "/app/run.yaml"),
        ("RUN cat > /app/run.yaml <<'EOF'", "/app/run.yaml"),
    ],
)
def test_a_dockerfile_that_writes_a_run_config_is_read(instruction: str, place: str):
    word = instruction.split("<<")[1].split()[0].strip("'")
    text = f"FROM a\n{instruction}\n{CONFIG}{word}\nCMD llama stack run {place}\n"
    assert [each.place for each in find_run_configs(read_documents(text))] == [place]


def test_the_script_of_a_dockerfile_is_one():
    script = f"set -e\ncat > run.yaml <<'YAML'\n{CONFIG}YAML\n"
    text = f"FROM a\nRUN <<EOF\n{script}EOF\n"
    [config] = find_run_configs(read_documents(text))
    assert config.place == "here-document run.yaml"
    assert "storage:" in migrate(text).text


def test_both_branches_of_a_condition_may_write_one_file():
    one = f"cat > run.yaml <<'EOF'\n{CONFIG}EOF\n"
    text = f"if true; then\n{one}else\n{one}fi\n"
    places = [each.place for each in find_run_configs(read_documents(text))]
    assert places == ["run.yaml", "run.yaml (2)"]
    assert migrate(text).text.count("storage:") == 2


def test_a_config_in_pieces_is_refused_where_the_second_piece_begins():
    text = f"cat > run.yaml <<'EOF'\n{CONFIG}EOF\ncat >> run.yaml <<'EOF'\nmodels: []\nEOF\n"
    with pytest.raises(InputError) as error:
        migrate(text)
    assert error.value.position.line == CONFIG.count("\n") + 4
    assert error.value.message == "'run.yaml' is written in pieces"
    assert error.value.hint == "run this script, then name the file that it writes"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("shields: ${env.X:=}\n", "a shell refuses '${env.'"),
        ("shields: $(cat <<X\n", "what '$(' begins here does not end on its line"),
    ],
)
def test_what_no_shell_gives_to_the_server_is_refused(line: str, message: str):
    text = f"cat > run.yaml <<EOF\n{CONFIG}{line}EOF\n"
    with pytest.raises(InputError) as error:
        migrate(text)
    assert message in error.value.message
    assert error.value.position.line == CONFIG.count("\n") + 2


def test_a_word_with_and_without_a_backslash_is_refused_where_it_changes():
    text = CONFIG.replace("ollama:11434", "$X\\$X")
    script = f"cat > run.yaml <<EOF\n{text}EOF\n"
    assert migrate(script, settings_for("0.3")).changed
    with pytest.raises(InputError, match="with and without a backslash"):
        migrate(script, settings_for("1.5"))


@pytest.mark.parametrize(
    "text",
    [
        "# cat <<EOF\nEOF\n",
        "cat <<<EOF\nEOF\n",
        "x=$((1 << 2))\n2\n",
        "cat <<EOF\nno end\n",
        "a: {<<: *x}\nx\n",
    ],
)
def test_what_is_no_here_document(text: str):
    assert list(find_here_documents(text)) == []


def test_an_old_variable_of_the_script_is_found_beside_its_config(tmp_path: Path):
    config = CONFIG.replace("safety", "safty")
    script = (
        f"#!/bin/sh\nexport LLAMA_STACK_PORT=1\ncat > run.yaml <<'EOF'\n{config}EOF\n"
    )
    file = tmp_path / "start.sh"
    file.write_text(script + "ogx run run.yaml\n")
    done = run_here("validate", "--format", "concise", str(file))
    assert "start.sh:2:8: old-variable" in done.out
    assert "start.sh:6:19: unknown-api" in done.out or ":6:" in done.out


def test_an_ignore_comment_in_a_written_config_is_for_that(tmp_path: Path):
    config = CONFIG.replace("# ours", "# stackcfg: ignore[no-such-thing] x")
    file = tmp_path / "start.sh"
    file.write_text(
        f"#!/bin/sh\ncat > run.yaml <<'EOF'\n{config}EOF\nogx run run.yaml\n"
    )
    done = run_here("validate", "--format", "concise", str(file))
    assert done.out.count("unused-ignore") == 1


def test_a_password_in_a_written_config_is_masked(tmp_path: Path):
    config = CONFIG.replace("url: http://ollama:11434", "api_key: sk-4f9a1c77e0b24d55")
    file = tmp_path / "start.sh"
    file.write_text(f"#!/bin/sh\ncat > run.yaml <<'EOF'\n{config}EOF\n")
    done = run_here("validate", str(file))
    assert "api_key" in done.out
    assert "sk-4f9a" not in done.out + done.err
    done = run_here("migrate", "--diff", str(file), CI="true")
    assert "sk-4f9a" not in done.out + done.err


@pytest.mark.parametrize(
    ("script", "place"),
    [
        (f"tee run.yaml > /dev/null <<'EOF'\n{CONFIG}EOF\n", "run.yaml"),
        (f"cat <<'EOF' | sudo tee /etc/run.yaml >>log\n{CONFIG}EOF\n", "/etc/run.yaml"),
        (f"echo {single(CONFIG)} | tee run.yaml\n", "run.yaml"),
        (f"export RUN={single(CONFIG)}\n", "RUN"),
        (f"x --from-literal=run.yaml={single(CONFIG)}\n", "run.yaml"),
        (f"x --from-literal 'run.yaml={single(CONFIG)[1:]}\n", "run.yaml"),
        (f"echo {single(CONFIG)} | kubectl apply -f -\n", "text in quotes"),
    ],
)
def test_the_name_of_a_written_config_is_that_of_its_file(script: str, place: str):
    [config] = find_run_configs(read_documents(script))
    assert config.place == place


PATCHES = {
    "merge": json.dumps({"data": {"run.yaml": CONFIG}}),
    "operations": json.dumps(
        [{"op": "replace", "path": "/data/run.yaml", "value": CONFIG}]
    ),
}


@pytest.mark.parametrize("quote", [single, double])
@pytest.mark.parametrize("kind", PATCHES)
@pytest.mark.parametrize("target", ["0.3", "1.5"])
def test_a_patch_on_the_command_line_has_the_migrated_config(
    target: str, kind: str, quote: Callable[[str], str], tmp_path: Path
):
    """A stand-in for `kubectl` shows what it gets."""
    patch = PATCHES[kind]
    if quote is double:
        patch = patch.replace("\\", "\\\\")
    command = f"kubectl patch configmap demo --type merge -p {quote(patch)}\n"
    settings = settings_for(target)
    result = migrate(f"{command}", settings)
    show = 'kubectl() { shift 5; printf %s "$2" > run.yaml; }\n'
    got = json.loads(run_script(show + result.text, tmp_path / "after"))
    if kind == "operations":
        got = {"data": {"run.yaml": got[0]["value"]}}
    assert got["data"]["run.yaml"] == migrate(CONFIG, settings).text
    assert not migrate(result.text, settings).changed


@pytest.mark.parametrize(
    "script",
    [
        f"echo {single(CONFIG)}",
        f"echo {double(CONFIG)} >> run.yaml\necho 'models: []' >> run.yaml",
    ],
)
def test_a_text_in_quotes_that_is_added_to_is_refused(script: str):
    text = f"{script} > run.yaml\necho 'models: []' >> run.yaml\n"
    with pytest.raises(InputError, match="is written in pieces"):
        migrate(text)


@pytest.mark.parametrize(
    "script",
    [
        f"# echo {single(CONFIG)} > run.yaml",
        f"echo {single(CONFIG)[:-1]} > run.yaml",
        f"printf {single(CONFIG + 'shields: [%s]')} a > run.yaml",
        f"echo {single(CONFIG + 'shields: [a' + chr(92) + 'n]')} > run.yaml",
    ],
)
def test_what_a_command_reads_in_another_way_is_no_config(script: str):
    assert find_written_configs(script) == []
