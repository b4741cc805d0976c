"""Tell what the release of the running interpreter has names for.

A script of its own, run by the python of an environment that holds the release. One
JSON document comes out: the JSON Schema of the run config, and for each API and provider
type the schema and the sample of its config class.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

with contextlib.redirect_stdout(sys.stderr):
    from judge import RunConfig, _class, distribution


def describe_provider(spec: Any) -> dict[str, Any]:
    """Return the schema and the sample of a provider's config class."""
    described: dict[str, Any] = {"schema": {}, "sample": {}}
    with contextlib.suppress(Exception):
        config = _class(spec.config_class)
        described["schema"] = config.model_json_schema()
        described["sample"] = config.sample_run_config(__distro_dir__="/tmp/distro")
    return described


def main() -> int:
    """Print the names of the release."""
    with contextlib.redirect_stdout(sys.stderr):
        providers = {
            api.value: {
                str(kind): describe_provider(spec) for kind, spec in specs.items()
            }
            for api, specs in distribution.get_provider_registry().items()
        }
        found = {"root": RunConfig.model_json_schema(), "providers": providers}
    json.dump(found, sys.stdout, default=str)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
