"""Releases that several parts of this program ask about: what changed with each, and where that is from.

A fact that one module alone needs stands in that module.
"""

from __future__ import annotations

from typing import Final

from stackcfg.releases.versions import Release

CATALOG_SINCE: Final[Release] = (0, 3, 0)
"""The first with `storage.backends` and references into it (upstream #3697)."""

HOME_MOVED_SINCE: Final[Release] = (0, 8, 0)
"""`~/.llama` is called `~/.ogx` (upstream #5613), and is renamed at the first start (#5653)."""

MODELS_RENAMED_SINCE: Final[Release] = (0, 8, 0)
"""A registered model is called by its `model_id`, not by its `provider_model_id` (`register_model` of 0.7.3, 0.8.0)."""

TLS_DEMANDED_SINCE: Final[Release] = (1, 2, 0)
"""The server does not start without TLS (upstream #5603); `server.insecure` or `--insecure` lets it all the same."""

EMPTY_APIS_REFUSED_SINCE: Final[Release] = (1, 5, 0)
"""`apis: []` means none; until then it meant all. Source: the servers of ogx 1.4.1 and 1.5.0."""


DISABLED_PROVIDERS_SINCE: Final[Release] = (0, 2, 16)
"""Entries with the `provider_id` `__disabled__` are removed before anything is checked."""

RENAMED_STORES: Final = {"agents": "responses"}
"""APIs whose providers went on under another name (0.7.0, upstream #5195)."""


SWITCHED_AUTH_SINCE: Final[Release] = (0, 6)


DEFAULTS_SINCE: Final[Release] = (0, 4)
"""Since then stores that a file leaves out are on the default backends, which it may leave out
too; only an explicit null is refused."""


LOGGING_KEY: Final = "logging_config"
"""A section that no model of a config defines: the server reads it out of the file, variables not replaced."""

LOGGING_MODEL: Final = "LoggingConfig"
"""What the server makes of it, before it looks at anything else."""

LOGGING_UNREAD_SINCE: Final[Release] = (1, 2, 0)
"""Since then the server is handed a dump of the model, in which that key is not."""

LOGGING_VARIABLE: Final = "OGX_LOGGING"
"""What sets the levels instead: `category=level`, separated by commas (`parse_environment_config` of ogx 1.5.0)."""
