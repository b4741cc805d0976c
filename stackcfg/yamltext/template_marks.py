"""Tells whether a text has to be filled in by a template engine (Helm, Jinja).

Most texts do not, and so do without `templates` and its patterns.
"""

from __future__ import annotations


def is_template(text: str) -> bool:
    """Return whether a text has any template syntax."""
    return "{{" in text or "{%" in text
