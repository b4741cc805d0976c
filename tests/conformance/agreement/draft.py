"""A config that is about to get a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from stackcfg.paths import Path, as_list, as_mapping, value_at
from tests.conformance.agreement.values import ODD_VALUES, ValueMaker
from tests.conformance.mutations.language import below, written

RAW = "raw-scalar-goes-here"


@dataclass
class Draft:
    """A copy of a config, what its release has names for, and the luck of the draw.

    `raw` is the YAML to write where the config holds `RAW`.
    """

    config: dict[str, Any]
    vocabulary: Mapping[str, Any]
    rng: Random
    raw: str = ""
    _names: dict[str, list[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The config as YAML."""
        return written(self.config).replace(RAW, self.raw)

    @property
    def root(self) -> Mapping[str, Any]:
        """The schema of the run config."""
        return as_mapping(self.vocabulary["root"])

    def maker(self, document: Mapping[str, Any]) -> ValueMaker:
        """Return what makes values of a schema document."""
        return ValueMaker(document, self.rng, self.names)

    def types(self, api: str) -> Mapping[str, Any]:
        """Return the provider types of an API."""
        return as_mapping(as_mapping(self.vocabulary["providers"]).get(api))

    def paths(self, pick: Callable[[Path, Any], bool]) -> list[Path]:
        """Return the paths of all values that fit."""
        return [
            path
            for path in below(self.config)
            if pick(path, value_at(self.config, path))
        ]

    def choose(self, pick: Callable[[Path, Any], bool]) -> Path | None:
        """Return one of the paths that fit; each section is as likely as another."""
        sections: dict[Any, list[Path]] = {}
        for path in self.paths(pick):
            sections.setdefault(path[0], []).append(path)
        if not sections:
            return None
        return self.rng.choice(sections[self.rng.choice(list(sections))])

    def odd(self) -> Any:
        """Return a value of any type."""
        return self.rng.choice(ODD_VALUES)

    def providers(self) -> list[Path]:
        """Return the paths of the provider entries."""
        return list(self._provider_paths())

    def _provider_paths(self) -> Iterator[Path]:
        groups = as_mapping(self.config.get("providers"))
        for api, entries in groups.items():
            for index, entry in enumerate(as_list(entries)):
                if isinstance(entry, dict):
                    yield "providers", api, index

    def ids(self, api: str = "") -> list[str]:
        """Return the ids of the providers of an API, or of all."""
        found = []
        for path in self.providers():
            name = value_at(self.config, (*path, "provider_id"))
            if isinstance(name, str) and api in ("", path[1]):
                found.append(name)
        return found

    def names(self, key: str) -> list[str]:
        """Return the values that the config has at keys of a name."""
        if not self._names:
            for path in below(self.config):
                value = value_at(self.config, path)
                if isinstance(value, str) and isinstance(path[-1], str):
                    self._names.setdefault(path[-1], []).append(value)
            storage = as_mapping(self.config.get("storage"))
            backends = list(as_mapping(storage.get("backends")))
            self._names["backend"] = backends * 3
            models = self._names.get("model_id", [])
            self._names.setdefault("embedding_model", []).extend(models)
        return self._names.get(key, [])


Fault = Callable[[Draft], str | None]
"""Puts a fault into a draft and returns its kind; None where there is no place for it."""
