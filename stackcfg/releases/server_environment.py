"""What surrounds a server: its variables, its command, its folders, its images.

The facts are in `facts/server_environment.json`. A variable was read by
the package up to its last release; ogx reads none of the old names. How
this was found: every `os.environ` and `getenv` of the packages 0.1.0 to
1.5.0, and runs of ogx 1.5.0 with the old names.
"""

from __future__ import annotations

import re
from functools import cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.releases.changes import HOME_MOVED_SINCE
from stackcfg.releases.server_places import NEW_MOUNTED_CONFIG, OLD_MOUNTED_CONFIG
from stackcfg.releases.versions import (
    Release,
    format_release,
    parse_release,
    read_facts,
)

FACTS: Final = "server_environment.json"

RENAMED_SINCE: Final = HOME_MOVED_SINCE
"""The first release of `ogx`: other variables, another command and folder."""

SHORT_COMMAND_SINCE: Final = (1, 0, 0)
"""`ogx run`; `ogx stack run` of 0.8.0 works still, and is deprecated."""

CONFIG_PORT_SINCE: Final = (1, 1, 0)
"""`server.port` of the config counts, where neither --port nor OGX_PORT does.

Before, --port had a default, so that the config never counted.
"""

FACTORY: Final = "llama_stack.core.server.server:create_app"
NEW_FACTORY: Final = "ogx.core.server.server:create_app"
"""What uvicorn starts with --factory. It does not demand TLS."""

NEW_MODULE: Final = "ogx.cli.ogx"
"""What `python -m` starts instead of the module of a server."""

OPERATOR_CONFIGS: Final = (
    f"{OLD_MOUNTED_CONFIG}/run.yaml",
    f"{OLD_MOUNTED_CONFIG}/config.yaml",
)
NEW_OPERATOR_CONFIG: Final = f"{NEW_MOUNTED_CONFIG}/config.yaml"
"""Where the operator mounts the config: up to 0.10.0, and since 0.11.0."""

ENTRYPOINT_CONFIG: Final = "RUN_CONFIG_PATH"
ENTRYPOINT_DISTRIBUTION: Final = "DISTRO_NAME"
"""What the entrypoints of the images read; `*.yaml` that exists, else a name."""

UPSTREAM_HOME_SINCE: Final = (1, 3, 0)
"""Upstream images have HOME=/ and user 1001; before, root with HOME=/root."""


class Variable(NamedTuple):
    """A variable of the server, its name in ogx, and what it sets.

    `since` and `until` are the releases of llama-stack that read the
    old name, empty where no server ever did. `new_since` is the first
    that reads the new one. `is_shared`: applications have a variable of
    this name, too.
    """

    old: str
    new: str
    use: str
    since: Release = ()
    until: Release = ()
    new_since: Release = RENAMED_SINCE
    is_shared: bool = False


class Flag(NamedTuple):
    """A flag of the start command.

    `becomes` is what ogx has instead: the same flag, `config` and
    `distribution` for the argument, `variable`, a key of the config, or
    nothing. `takes_value` says whether a word follows.
    """

    name: str
    takes_value: bool
    becomes: str
    since: Release = ()

    @property
    def is_gone(self) -> bool:
        """Return whether ogx refuses the flag as an unrecognized argument."""
        return self.becomes != self.name


class ChangedValue(NamedTuple):
    """A variable of the built-in config whose value needs an ending now."""

    variable: str
    ending: str
    since: Release


class UnreadVariable(NamedTuple):
    """A variable that the built-in config does not read any more.

    `vendor` is empty for the config of upstream. With a `value`, only
    this one has lost its meaning.
    """

    name: str
    since: Release
    instead: str
    vendor: str = ""
    value: str = ""

    def is_about(self, value: str | None, vendor: str) -> bool:
        """Return whether a value has no meaning in the config of a vendor."""
        if vendor != self.vendor:
            return False
        return not self.value or value == self.value


@cache
def renamed_variables() -> dict[str, Variable]:
    """Return the variables that ogx reads under another name, by the old one."""
    found: dict[str, Variable] = {}
    for row in read_facts(FACTS)["variables"]:
        variable = Variable(row["old"], row["new"], row["use"])
        variable = variable._replace(is_shared="is_shared" in row)
        if "since" in row:
            since = parse_release(row["since"])
            until = parse_release(row["until"])
            variable = variable._replace(since=since, until=until)
        if "new_since" in row:
            new_since = parse_release(row["new_since"])
            variable = variable._replace(new_since=new_since)
        found[variable.old] = variable
    return found


def new_variable(name: str, target: Release) -> str:
    """Return what a release calls a variable of the server; empty if the same.

    Only for a process that runs the server: applications have variables
    of their own that are called like these.
    """
    variable = renamed_variables().get(name)
    if variable is None or target < variable.new_since:
        return ""
    return variable.new


@cache
def changed_values() -> dict[str, ChangedValue]:
    """Return the variables of the built-in config with another meaning."""
    found: dict[str, ChangedValue] = {}
    for row in read_facts(FACTS)["changed_values"]:
        since = parse_release(row["since"])
        name = row["variable"]
        found[name] = ChangedValue(name, row["ending"], since)
    return found


@cache
def unread_variables() -> dict[str, UnreadVariable]:
    """Return the variables that no built-in config reads any more."""
    found: dict[str, UnreadVariable] = {}
    for row in read_facts(FACTS)["unread"]:
        since = parse_release(row["since"])
        for name in row["variables"]:
            found[name] = UnreadVariable(
                name,
                since,
                row["instead"],
                row.get("vendor", ""),
                row.get("value", ""),
            )
    return found


@cache
def start_flags() -> dict[str, Flag]:
    """Return the flags of every command that ever started a server."""
    found: dict[str, Flag] = {}
    for row in read_facts(FACTS)["flags"]:
        name = row["flag"]
        since = parse_release(row.get("since", "0"))
        found[name] = Flag(name, bool(row["values"]), row["becomes"], since)
    return found


@cache
def server_modules() -> frozenset[str]:
    """Return the modules that `python -m` starts a server with."""
    return frozenset(row["module"] for row in read_facts(FACTS)["modules"])


@cache
def home_folders() -> tuple[str, ...]:
    """Return how the home folder of a server is written where HOME is unknown."""
    return tuple(row["folder"] for row in read_facts(FACTS)["homes"])


@cache
def _server_image_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = read_facts(FACTS)["server_images"]
    return tuple((re.compile(row["pattern"]), row.get("vendor", "")) for row in rows)


def is_server_image(image: str) -> bool:
    """Return whether an image is known to hold a server."""
    return any(pattern.search(image) for pattern, _ in _server_image_patterns())


def vendor_of_image(image: str) -> str:
    """Return whose built-in config a server's image has; empty for upstream's."""
    for pattern, vendor in _server_image_patterns():
        if pattern.search(image):
            return vendor
    return ""


class ImageName(NamedTuple):
    """The name of an image in parts: what is before the name, name, tag."""

    name: str
    tag: str = ""
    digest: str = ""


def split_image(image: str) -> ImageName:
    """Return the parts of an image's name; a registry's port is no tag."""
    name, _, digest = image.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return ImageName(name, "", digest)
    return ImageName(head, tag, digest)


def new_image(image: str, target: Release) -> str:
    """Return the image of ogx for one of llama-stack; empty if none is known.

    The tag is the target's for images that upstream publishes.
    """
    name = split_image(image).name
    for row in read_facts(FACTS)["images"]:
        prefix, found, rest = name.rpartition(row["old"])
        if not found or (prefix and not prefix.endswith("/")):
            continue
        names = row.get("names")
        if names is None:
            if not rest:
                return prefix + str(row["new"])
        elif rest in names:
            return f"{prefix}{row['new']}{rest}:{format_release(target)}"
    return ""


@cache
def shipped_distributions() -> frozenset[str]:
    """Return the names that `ogx run` knows without a file."""
    return frozenset(read_facts(FACTS)["distributions"]["shipped"])


def new_distribution(name: str) -> str | None:
    """Return the distribution of ogx for one of llama-stack.

    Empty if ogx has nothing that serves the same models, None if the
    name is none that was ever shipped.
    """
    if name in shipped_distributions():
        return name
    facts = read_facts(FACTS)["distributions"]
    if name in facts["in_starter"]:
        return str(facts["starter"])
    return "" if name in facts["gone"] else None


def distribution_in_starter(name: str) -> str:
    """Return the distribution whose image has the providers of another one.

    Empty if there is none: ogx publishes fewer images than it ships
    distributions.
    """
    facts = read_facts(FACTS)["distributions"]
    if name in facts["in_starter"]:
        return str(facts["starter"])
    return ""


def distribution_of(image: str) -> str:
    """Return the distribution that an upstream image is for; empty if none."""
    name = split_image(image).name.rsplit("/", 1)[-1]
    _, found, distribution = name.partition("distribution-")
    return distribution if found else ""


def is_old_image(image: str) -> bool:
    """Return whether an image is known to hold a server of llama-stack."""
    return is_server_image(image) and "ogx" not in split_image(image).name
