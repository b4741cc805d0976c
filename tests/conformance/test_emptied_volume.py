"""ogx moves `~/.llama` when it starts: which mounts lose their files, and that `validate` knows them.

Volumes are file systems of their own in a mount namespace, which needs root; the home folder is that of a container.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from stackcfg.validation.engine import validate
from stackcfg.validation.settings import Settings
from tests.conformance.releases import UnavailableError, environment

pytestmark = pytest.mark.conformance

RELEASE = "1.5.0"
HOME = "/opt/app-root/src"
MOVE = (
    "from ogx.core.utils.config_dirs import migrate_legacy_config_dir as move; move()"
)

SCRIPT = """\
set -e
mkdir -p "$FOLDER/volume" "$FOLDER/home" "$TARGET"
mount -t tmpfs none "$FOLDER/volume"
mkdir -p "$FOLDER/volume/$INSIDE"
touch "$FOLDER/volume/$INSIDE/registry.db"
mount --bind "$FOLDER/volume" "$TARGET"
"$PYTHON" -W ignore -c "$MOVE"
find "$FOLDER/volume" -name registry.db | wc -l
"""

SERVER = """\
apiVersion: ogx.io/v1beta1
kind: OGXServer
metadata:
  name: demo
spec:
  distribution:
    name: rh-dev
  workload:
    storage:
      mountPath: {mount}
    overrides:
      env:
      - name: HOME
        value: {home}
{variables}
"""
VARIABLE = "      - name: OGX_CONFIG_DIR\n        value: /opt/app-root/src/.llama\n"


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False)
    return done.returncode == 0


def files_left(folder: Path, below: str, inside: str, **variables: str) -> int:
    """How many of the one file of a volume are left when ogx has started."""
    home = folder / "home"
    try:
        python = environment(RELEASE)
    except UnavailableError as error:
        pytest.skip(error.reason)
    settings = {
        "FOLDER": str(folder),
        "HOME": str(home),
        "TARGET": str(home / below) if below else str(home),
        "INSIDE": inside,
        "PYTHON": str(python),
        "MOVE": MOVE,
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        **variables,
    }
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", SCRIPT],
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(not can_mount(), reason="needs root for a mount namespace")
@pytest.mark.parametrize(
    ("below", "inside", "variable", "is_lost"),
    [
        (".llama", "distributions", "", True),
        (".llama", "distributions", VARIABLE, False),
        (".llama/distributions", "rh", "", False),
        ("", ".llama/distributions", "", False),
        (".ogx", "distributions", "", False),
    ],
)
def test_what_loses_a_file_is_an_error_and_nothing_else(
    below, inside, variable, is_lost, tmp_path
):
    variables = (
        {"OGX_CONFIG_DIR": str(tmp_path / "home" / ".llama")} if variable else {}
    )
    assert (files_left(tmp_path, below, inside, **variables) == 0) == is_lost
    mount = f"{HOME}/{below}".rstrip("/")
    text = SERVER.format(mount=mount, home=HOME, variables=variable)
    found = validate(text, Settings()).findings
    errors = [each.rule for each in found if each.severity == "error"]
    assert errors == (["home-mount"] if is_lost else [])
