"""Real servers, started as the migrated files say: ogx 1.5.0 as plain processes, containers flattened.

A path of a container is one below the test's folder. Where a file names a distribution, a run config takes its
place: the packages of a whole distribution are not installed here.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackcfg.deployment.environment.dockerfiles import read_stages
from stackcfg.loading.configs import read_documents
from stackcfg.manifests.containers import Container, read_containers, read_services
from stackcfg.manifests.home_paths import is_old_home
from stackcfg.manifests.json_words import read_json_words
from stackcfg.manifests.objects import read_objects
from stackcfg.manifests.server_evidence import find_evidence
from stackcfg.manifests.unit_text import read_settings
from tests.conformance.releases import UnavailableError, serving
from tests.deployment.test_environment_fixtures import FOLDER, migrated, read_files

pytestmark = pytest.mark.conformance

SECONDS = 180
MIGRATED = (FOLDER / "compose-own-config/after/conf/run.yaml").read_text(
    encoding="utf-8"
)
CONFIG = re.sub(r"(?ms)^  vector_io:\n.*?(?=^\w)", "", MIGRATED).replace(
    ", vector_io]", "]"
)
"""The run config of a fixture, without the provider that loads a file from the network."""

ROOTS = (
    "/srv/app",
    "/conf",
    "/etc/stack",
    "/opt/app-root/src",
    "/home/llama",
    "/root/.ogx",
    "/opt/venv",
    "/app",
)


@pytest.fixture(scope="module")
def programs() -> Path:
    """The folder with the programs of a server that can serve."""
    try:
        return serving("1.5.0").parent
    except UnavailableError as error:
        pytest.skip(error.reason)


class Process:
    """A server with its own home and root folder."""

    def __init__(self, programs: Path, root: Path) -> None:
        self.programs = programs
        self.root = root
        self.port = free_port()
        self.environment = {
            "HOME": str(root / "home"),
            "PATH": f"{programs}:/usr/bin:/bin",
            "VLLM_URL": "http://127.0.0.1:9/v1",
        }
        (root / "home").mkdir()

    def moved(self, text: str) -> str:
        """Return a text with the paths of the container below the folder of this test, and with a free port."""
        for folder in ROOTS:
            text = re.sub(
                rf"(?<![\w.]){re.escape(folder)}(?=[/\s\"':]|$)",
                f"{self.root}{folder}",
                text,
            )
        return re.sub(r"\b(?:8321|5000)\b", str(self.port), text)

    def write(self, path: str, text: str) -> Path:
        file = Path(self.moved(path))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.moved(text), encoding="utf-8")
        return file

    def serves(self, words: list[str], variables: dict[str, str]) -> bool:
        """Return whether the command serves; the log is shown if it does not."""
        variables = {name: self.moved(value) for name, value in variables.items()}
        environment = self.environment | variables
        Path(environment["HOME"]).mkdir(parents=True, exist_ok=True)
        words = [expand(self.moved(word), environment) for word in words]
        log = self.root / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                words,
                env=environment,
                cwd=self.root,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            for _ in range(SECONDS):
                if process.poll() is not None:
                    break
                if is_healthy(self.port):
                    return True
                time.sleep(1)
            sys.stdout.write(log.read_text(errors="replace")[-4000:])
            return False
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def expand(word: str, environment: dict[str, str]) -> str:
    """Return a word with `$(NAME)` of Kubernetes and `${NAME}` of systemd replaced."""
    return re.sub(r"\$[({](\w+)[)}]", lambda match: environment.get(match[1], ""), word)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/v1/health", timeout=5
        ) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def process(programs: Path, tmp_path: Path) -> Process:
    return Process(programs, tmp_path)


def new_text(case: str, name: str) -> str:
    return migrated(read_files(FOLDER / case / "before"))[0][name]


def servers(text: str) -> Iterator[Container]:
    documents = read_documents(text)
    for each in [
        *read_containers(read_objects(documents)),
        *read_services(documents, ""),
    ]:
        if find_evidence(each):
            yield each


def plain(variables) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value is not None}


def test_a_compose_service_with_the_entrypoint_of_its_image(process):
    (service,) = servers(new_text("compose-own-config", "docker-compose.yml"))
    variables = plain(service.variables)
    process.write("/conf/run.yaml", CONFIG)
    words = ["ogx", "run", "--insecure", variables["RUN_CONFIG_PATH"], *service.words]
    assert process.serves(words, variables)
    assert (process.root / "srv/app/.ogx/kvstore.db").exists()


def test_a_container_of_a_pod(process):
    (container,) = servers(new_text("pod-module", "deployment.yaml"))
    process.write(
        "/etc/stack/run.yaml", CONFIG.replace("/srv/app/.ogx", "/opt/app-root/src/.ogx")
    )
    variables = plain(container.variables) | {"HOSTNAME": "here"}
    assert process.serves(container.words, variables)


def test_a_unit_of_systemd(process):
    text = new_text("unit", "llama.service")
    settings = [
        (each.key, text[each.start : each.end].replace("\\\n", ""))
        for each in read_settings(text)
    ]
    variables = {}
    for key, value in settings:
        if key == "Environment":
            variables |= dict(pair.split("=", 1) for pair in shlex.split(value))
    (command,) = [value for key, value in settings if key == "ExecStart"]
    process.write(
        "/home/llama/.ogx/run.yaml",
        CONFIG.replace("/srv/app/.ogx", "${env.SQLITE_STORE_DIR}"),
    )
    (process.root / "opt/venv/bin").mkdir(parents=True)
    (process.root / "opt/venv/bin/ogx").symlink_to(process.programs / "ogx")
    assert process.serves(shlex.split(command), variables)
    assert (process.root / "home/llama/.ogx/distributions/starter/kvstore.db").exists()


def test_a_script(process):
    script = process.write("/app/start.sh", new_text("script", "start.sh"))
    config = process.write(
        "/app/run.yaml", CONFIG.replace("/srv/app/.ogx", "/app/data")
    )
    (process.root / "app/data").mkdir()
    # the script keeps this name for itself, and passes the path on
    variables = {"LLAMA_STACK_CONFIG": str(config), "PORT": "8321"}
    assert process.serves(["sh", str(script)], variables)


def test_an_image_that_a_dockerfile_builds(process):
    text = new_text("dockerfile-stages", "Dockerfile")
    stage = read_stages(text)[1]
    words = [
        word.value
        for name in ("ENTRYPOINT", "CMD")
        for word in read_json_words(stage.last(name).rest(text))
    ]
    config = CONFIG.replace("/srv/app/.ogx", "${env.OGX_CONFIG_DIR}")
    process.write("/root/.ogx/run.yaml", config)
    variables = {"OGX_CONFIG_DIR": "/root/.ogx", "OGX_LOGGING": "all=info"}
    assert process.serves(words, variables)
    assert (process.root / "root/.ogx/kvstore.db").exists()


def test_the_port_of_a_variable_is_that_of_the_server(process):
    """The old name is without effect, and the new one is read."""
    config = process.write(
        "/app/run.yaml", CONFIG.replace("/srv/app/.ogx", "/app/data")
    )
    (process.root / "app/data").mkdir()
    words = ["ogx", "run", "--insecure", str(config)]
    assert process.serves(words, {"OGX_PORT": "8321", "LLAMA_STACK_PORT": "1"})


def mount_and_start(
    root: Path, programs: Path, mount_path: str
) -> subprocess.CompletedProcess:
    """Run a command of ogx with the volume `root/volume` mounted in the home."""
    volume, home = root / "volume", root / "home"
    target = home / mount_path
    target.mkdir(parents=True)
    volume.mkdir()
    (volume / "registry.db").write_text("rows", encoding="utf-8")
    script = f'mount --bind "{volume}" "{target}" && HOME="{home}" "{programs}/ogx" stack list'
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True
    )


@pytest.fixture
def mounts(tmp_path: Path) -> None:
    """This machine lets a process have mounts of its own."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    command = ["unshare", "-m", "mount", "--bind", str(one), str(other)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")


@pytest.mark.usefixtures("mounts")
def test_ogx_empties_a_volume_that_is_mounted_at_the_old_folder(programs, tmp_path):
    """The loss that a migration must prevent: the rows are in the container, and the volume is empty."""
    mount_and_start(tmp_path, programs, ".llama")
    assert os.listdir(tmp_path / "volume") == []
    assert (tmp_path / "home/.ogx/registry.db").read_text(encoding="utf-8") == "rows"


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize(
    "case", ["compose-image", "compose-own-config", "pod-module", "pod-arguments"]
)
def test_where_the_migration_mounts_a_volume_it_keeps_its_files(
    case, programs, tmp_path
):
    before = [
        text
        for name, text in read_files(FOLDER / case / "before")
        if "run.yaml" not in name
    ]
    homes = [
        path
        for text in before
        for each in servers(text)
        for path in each.mounts
        if path.endswith("/.llama")
    ]
    assert any(map(is_old_home, homes)) or case == "compose-own-config"
    after = [
        text
        for name, text in migrated(read_files(FOLDER / case / "before"))[0].items()
        if "run.yaml" not in name
    ]
    mounted = [
        path
        for text in after
        for each in servers(text)
        for path in each.mounts
        if path.endswith("ogx")
    ]
    assert len(mounted) == len(homes) > 0
    mount_and_start(tmp_path, programs, mounted[0].rsplit("/", 1)[-1])
    assert os.listdir(tmp_path / "volume") == ["registry.db"]


def test_what_is_written_in_another_form_is_said_only_where_the_server_changes():
    folder = FOLDER / "dockerfile-unread"
    after = read_files(folder / "after")
    assert migrated(after) == (dict(after), [])
