"""Which server is run: a distribution that the operator knows, or an
image; and its home folder.
"""

from __future__ import annotations

from functools import lru_cache

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.manifests.home_paths import Homes, upstream_homes
from stackcfg.paths import as_mapping, list_at
from stackcfg.releases.custom_resources import distribution_fact
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.resource_paths import OLD_DISTRIBUTION, OLD_VARIABLES
from stackcfg.releases.server_environment import (
    distribution_of,
    is_old_image,
    is_server_image,
    new_image,
    split_image,
    vendor_of_image,
)


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


@lru_cache(maxsize=1)
def homes_of(conversion: Conversion) -> Homes:
    """Return the home that a variable sets, or that of the new image.

    In images of upstream it is not root's any more since 1.3.0.
    """
    for variable in list_at(conversion.source.data, OLD_VARIABLES):
        given = as_mapping(variable)
        value = given.get("value")
        if given.get("name") == "HOME" and isinstance(value, str) and value:
            return Homes(known=(value.rstrip("/"),))
    if is_from_upstream(conversion):
        return upstream_homes(conversion.target)
    return Homes()


def is_from_upstream(conversion: Conversion) -> bool:
    """Return whether the server runs an image of upstream."""
    given = as_mapping(conversion.data(OLD_DISTRIBUTION))
    image = str(given.get("image") or "")
    if image:
        return is_server_image(image) and bool(distribution_of(image))
    fact = distribution_fact(given.get("name"))
    return bool(fact) and "vendor" not in fact


def vendor_of(conversion: Conversion) -> str:
    """Return whose config the image of the server has; empty for upstream's."""
    given = as_mapping(conversion.data(OLD_DISTRIBUTION))
    fact = distribution_fact(given.get("name"))
    if fact:
        return str(fact.get("vendor", ""))
    return vendor_of_image(str(given.get("image") or ""))
