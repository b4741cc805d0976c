"""Paths of the sections of a run config that many modules read."""

from __future__ import annotations

BACKENDS_PATH = ("storage", "backends")
"""The backends by name, in a run config of 0.3.0 and later (#3697)."""

STORES_PATH = ("storage", "stores")
"""The references of the server's own stores, in 0.3.0 and later."""

UNUSED_STORE_PATH = (*STORES_PATH, "responses")
"""A SQL store that each release checks and none uses."""

AUTH = ("server", "auth")
"""Whose a request is, and what its user may do (0.1.8)."""

ACCESS_POLICY = (*AUTH, "access_policy")
"""The rules that say who may use a resource (0.2.10)."""

TENANCY = ("server", "tenancy")
"""Whether the server has one tenant or several (1.2.0)."""

AUTH_PROVIDER = (*AUTH, "provider_config")
"""Who says whose a request is (0.2.15)."""

EXTERNAL_FOLDERS = ("external_providers_dir", "external_apis_dir")
"""The keys of folders with providers and APIs that are not built in."""
