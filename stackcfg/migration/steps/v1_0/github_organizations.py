"""ogx 0.8 → 1.0: the organizations of a GitHub user are read (1.0.0).

Before, no request asked for them, and users of `github_token` had no
teams. Now the organizations become teams by the default
`claims_mapping`, and who shares one with the owner of a resource may
use it. The mapping without them keeps users apart.
Source: `_get_github_user_info` and `GitHubTokenAuthConfig` of ogx 0.8.0 and 1.0.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import mapping_at
from stackcfg.runconfig.placeholders import guess_value
from stackcfg.runconfig.sections import AUTH_PROVIDER
from stackcfg.runconfig.values import as_string

MAPPING = "claims_mapping"
CLAIM = "organizations"
OLD_MEANING = {"login": "roles"}


def run(context: StepContext) -> Changes:
    """Write the mapping that the old server had, or report one with organizations."""
    provider = mapping_at(context.data, AUTH_PROVIDER)
    if guess_value(as_string(provider.get("type"))) != "github_token":
        return
    path = (*AUTH_PROVIDER, MAPPING)
    mapping = mapping_at(provider, (MAPPING,))
    if CLAIM in mapping:
        message = (
            f"'{CLAIM}' has an effect now: until 0.8 the server did not ask GitHub for "
            f"them; users of one organization share its '{mapping[CLAIM]}'"
        )
        yield context.check(message, (*path, CLAIM))
    elif not mapping:
        message = (
            "users of one GitHub organization would have a team in common now, and "
            f"share what they own; '{MAPPING}' is written without '{CLAIM}', as it was"
        )
        yield context.info(message, AUTH_PROVIDER)
        yield from context.text.add(path, OLD_MEANING)
