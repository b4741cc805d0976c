"""Where a server is told how much to log."""

from __future__ import annotations

from typing import Final

from stackcfg.releases.versions import Release

LOGGING_KEY: Final = "logging_config"
"""A section that no model of a config defines: the server reads it out of the file, variables not replaced."""

LOGGING_MODEL: Final = "LoggingConfig"
"""What the server makes of it, before it looks at anything else."""

LOGGING_UNREAD_SINCE: Final[Release] = (1, 2, 0)
"""Since then the server is handed a dump of the model, in which that key is not."""

LOGGING_VARIABLE: Final = "OGX_LOGGING"
"""What sets the levels instead: `category=level`, separated by commas (`parse_environment_config` of ogx 1.5.0)."""
