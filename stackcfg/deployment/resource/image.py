"""Which server is run: a distribution that the operator knows, or an image."""

from __future__ import annotations

from typing import Final

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.releases.custom_resources import distribution_fact
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.server_environment import (
    distribution_of,
    is_old_image,
    new_image,
    split_image,
)

DISTRIBUTION: Final = ("spec", "server", "distribution")


def distribution_name(conversion: Conversion, row: FieldChange) -> None:
    """Move the name; one that is gone becomes that of its replacement."""
    node = conversion.node(row.old)
    if node is None or not node.text:
        return
    name = node.text
    fact = distribution_fact(name)
    replacement = str(fact.get("replacement", ""))
    if replacement:
        conversion.replace(node, replacement)
        _note_replacement(conversion, row, name, replacement)
    elif not fact and "$" not in name:
        conversion.check(
            f"distribution '{name}' is none that the upstream operator knows; the "
            "new one refuses a name that it does not know",
            row.old,
        )
    elif "vendor" in fact:
        vendor = fact["vendor"]
        conversion.info(
            f"'{name}' is known to the operator of {vendor}, not to upstream's", row.old
        )
    conversion.move(row)


def _note_replacement(
    conversion: Conversion, row: FieldChange, name: str, new: str
) -> None:
    """Say which distribution takes the place of one that is gone."""
    message = f"ogx has no distribution '{name}'; '{new}' is written"
    if conversion.user_config is not None:
        conversion.check(
            f"{message}, whose image runs your own run config: check that it has all "
            "its providers",
            row.old,
        )
        return
    conversion.action(
        f"{message}, whose built-in config is another one: its providers are switched "
        "on by variables; check each, or write a run config of your own",
        row.old,
    )


def distribution_image(conversion: Conversion, row: FieldChange) -> None:
    """Move the image; that of llama-stack becomes its counterpart of ogx.

    An image of llama-stack does not start under the new operator.
    """
    node = conversion.node(row.old)
    if node is None or not node.text:
        return
    image = node.text
    new = new_image(image, conversion.target)
    conversion.move(row)
    if new:
        conversion.replace(node, new)
        _note_image(conversion, row, image, new)
        return
    name = distribution_of(image)
    replacement = str(distribution_fact(name).get("replacement", ""))
    if replacement and is_old_image(image):
        head = split_image(image).name.removesuffix(name)
        new = new_image(head + replacement, conversion.target)
    if new:
        conversion.replace(node, new)
        _note_replacement(conversion, row, name, replacement)
        return
    if "ogx" in split_image(image).name.rsplit("/", 1)[-1]:
        return
    conversion.action(
        f"image '{image}' is kept, but an image of llama-stack does not start under "
        "the new operator: name one with ogx in it",
        row.old,
    )


def _note_image(
    conversion: Conversion,
    row: FieldChange,
    image: str,
    new: str,
) -> None:
    """Say which image takes the place of another one."""
    if not split_image(new).tag:
        conversion.action(
            f"'{new}' takes the place of '{image}'; add the tag of its release", row.old
        )
        return
    conversion.info(f"'{new}' takes the place of '{image}'", row.old)
