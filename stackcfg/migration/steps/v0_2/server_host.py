"""Within 0.2: `server.disable_ipv6` of 0.2.6 and 0.2.7 becomes
`server.host` (0.2.8).

Where it was true, the old server listened on `0.0.0.0` alone; else on both
`::` and `0.0.0.0`, as the new one does without a host. Source: the server of
the released wheels.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.runconfig.booleans import as_pydantic_bool

OLD = "disable_ipv6"
NEW = "host"
PATH = ("server", OLD)
IPV4 = "0.0.0.0"


def run(context: StepContext) -> Changes:
    """Write the host where the key was true, else remove the key."""
    server = mapping_at(context.data, ("server",))
    if OLD not in server:
        return
    disabled = as_pydantic_bool(server[OLD])
    if disabled is None and server[OLD] is not None:
        message = (
            f"'{OLD}' is not read since 0.2.8; write 'host: {IPV4}' where it "
            "should be true"
        )
        yield context.action_required(message, PATH)
    elif disabled and NEW not in server:
        yield from context.text.set(PATH, IPV4)
        yield from context.text.rename(PATH, NEW)
    else:
        yield from context.text.remove(PATH)
