"""Strings of a server that are values of its Helm chart: image, mounts, variables."""

from __future__ import annotations

from stackcfg.deployment.environment.chart_values import (
    ACTION,
    ChartValues,
    ValueRegion,
)
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import FixedRegion, Region
from stackcfg.deployment.environment.server import Server, SplitVariable, Variable
from stackcfg.deployment.environment.variable_sources import VariableSources
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.server_environment import split_image


class ValueRegions:
    """Strings of a server that are values of its chart, and what becomes of them."""

    def __init__(self, chart: ChartValues, server: Server) -> None:
        self._values = chart
        self._pairs: list[tuple[str, FixedRegion, ValueRegion]] = []
        self._template = server.image
        self._image: FixedRegion | None = None
        self._replace_image(server)
        server.mounts = [self._replace(each) for each in server.mounts]
        server.variables = [self._replace_value(each) for each in server.variables]

    def _replace(self, region: Region) -> Region:
        """Return the value that a string of the template is."""
        match = ACTION.fullmatch(region.old)
        if match is None:
            return region
        value = self._values.region(match["path"])
        if value is None:
            return region
        fixed = FixedRegion(value.old, region.place(0))
        self._pairs.append((match["path"], fixed, value))
        return fixed

    def _replace_value(self, variable: Variable) -> Variable:
        """Return a variable with the value that a string of the template is."""
        if not isinstance(variable, SplitVariable) or variable.value_region is None:
            return variable
        value = self._replace(variable.value_region)
        return SplitVariable(variable.name_region, value)

    def _replace_image(self, server: Server) -> None:
        region = server.image
        if region is not None and ACTION.search(region.old):
            image = self._values.fill(region.old)
            server.image = self._image = FixedRegion(image, region.place(0))

    def finish(self, changes: PlaceChanges, sources: VariableSources) -> None:
        """Write what has changed into the values; add to what is said of the server."""
        for path, fixed, value in self._pairs:
            if fixed.new != fixed.old:
                value.new = fixed.new
                self._write(path, value, sources)
        if self._template is not None and self._image is not None:
            self._change_image(self._template, self._image, changes, sources)

    def _write(self, path: str, value: ValueRegion, sources: VariableSources) -> None:
        place = PlaceChanges(value.file, f"value {path}")
        place.add_regions(value)
        sources.add_place(place)

    def _change_image(
        self,
        template: Region,
        image: FixedRegion,
        changes: PlaceChanges,
        sources: VariableSources,
    ) -> None:
        """Write the parts of the new image where those of the old one are."""
        if image.new == image.old:
            return
        written = template.old
        for match in ACTION.finditer(template.old):
            region = self._values.region(match["path"])
            if region is None:
                continue
            region.new = _new_part(region.old, image)
            written = written.replace(match[0], region.new)
            if region.new != region.old:
                self._write(match["path"], region, sources)
        if written == image.new:
            return
        old, new = split_image(image.old), split_image(image.new)
        if written.replace(f":{old.tag}", f":{new.tag}") == image.new:
            template.new = template.old.replace(f":{old.tag}", f":{new.tag}")
            changes.add_regions(template)
            return
        message = f"the image must be '{image.new}'; write what is missing of it here"
        changes.note(ACTION_REQUIRED, message, template.place(0))


def _new_part(part: str, image: FixedRegion) -> str:
    """Return what a part of an image's name is in the new name."""
    old, new = split_image(image.old), split_image(image.new)
    parts = {image.old: image.new, old.name: new.name, old.tag: new.tag}
    if part in parts:
        return parts[part]
    registry = old.name.removesuffix(part)
    if registry.endswith("/") and new.name.startswith(registry):
        return new.name.removeprefix(registry)
    return part
