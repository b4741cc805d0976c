"""The layouts that a migration can write."""

from __future__ import annotations

from stackcfg.light_typing import Final

CONSOLIDATE: Final = "consolidate"
PRESERVE: Final = "preserve"
LAYOUTS: Final = (CONSOLIDATE, PRESERVE)
