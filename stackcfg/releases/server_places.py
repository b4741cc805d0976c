"""Where a server listens and keeps its files, if nothing names another place.

The config folder is that of `config_dirs.py`; it was renamed in
`HOME_MOVED_SINCE`. The folders of the operator are in its manifests, of
0.10.0 and of 0.11.0.
"""

from __future__ import annotations

SERVER_PORT = 8321

OLD_FOLDER = ".llama"
NEW_FOLDER = ".ogx"
"""The config folder in the home folder of the user."""

OLD_HOME = f"~/{OLD_FOLDER}"
NEW_HOME = f"~/{NEW_FOLDER}"
"""The same as configs write it."""

OLD_MOUNTED_CONFIG = "/etc/llama-stack"
NEW_MOUNTED_CONFIG = "/etc/ogx"
"""Where the operator mounts the folder of the config."""

OLD_STORAGE = f"/{OLD_FOLDER}"
NEW_STORAGE = f"/{NEW_FOLDER}"
"""Where the operator mounts the volume of a server."""

VENDOR_HOME = "/opt/app-root/src"
"""The home folder in images of Red Hat."""
