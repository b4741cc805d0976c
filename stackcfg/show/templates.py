"""The overview of a template that decides about the structure of a run
config: that of the text with most of the template.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from stackcfg.loading.errors import StructureError
from stackcfg.validation.templates.choice import Template
from stackcfg.validation.templates.texts import Judge, WrittenText
from stackcfg.yamltext.lines import Position

if TYPE_CHECKING:
    from stackcfg.show.overview import Overview

_SOME: Final = "for some values of the chart"

Read = Callable[[str], "tuple[Overview, ...]"]


def read_template_overviews(
    text: str, error: StructureError, read: Read
) -> tuple[Overview, ...]:
    """Return an overview of the run configs that a template writes for
    some of the values, at its lines.

    Raises the error of the template if it is not known what it writes.
    """
    template = Template(text, error, Judge(None, ()))
    texts = template.choose_texts()
    found: list[Overview] = []
    for overview in read(texts[0].text):
        moved: Overview = _in_template(overview, texts[0])
        places = [moved.place]
        if len(texts) > 1:
            places.append(_SOME)
        found.append(replace(moved, place=", ".join(filter(None, places))))
    return tuple(found)


def _in_template(value: Any, text: WrittenText) -> Any:
    """Return a value with the places of a template in place of those of a text."""
    if isinstance(value, Position):
        return text.position_in_template(value)
    if isinstance(value, str):
        return text.message_in_template(value)
    if isinstance(value, tuple):
        parts = [_in_template(each, text) for each in value]
        if hasattr(value, "_fields"):
            return type(value)(*parts)
        return tuple(parts)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes = {
        field.name: _in_template(getattr(value, field.name), text)
        for field in fields(value)
    }
    return replace(value, **changes)
