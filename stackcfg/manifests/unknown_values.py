"""Values that a manifest does not show: something fills them in before
it is applied.
"""

from __future__ import annotations

import re

from stackcfg.light_typing import Any, Final

_MARKS: Final = ("${", "{{", "{%", "<%", "PLACEHOLDER")
"""Parameters of OpenShift and envsubst, expressions of Helm and Jinja,
and what scripts replace.
"""

_WHOLE: Final = r"<[^<>\n]*>|\$\w+|@\w+@|__\w+__"
"""What stands for the whole value: `<your-host>`, `$HOST`."""


def is_unknown(value: Any) -> bool:
    """Return whether a value is not known before something is filled in."""
    if not isinstance(value, str):
        return False
    if any(mark in value for mark in _MARKS):
        return True
    return re.fullmatch(_WHOLE, value) is not None
