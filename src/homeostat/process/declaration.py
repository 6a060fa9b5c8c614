"""The process: the one declaration from which everything else is derived."""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from homeostat.process.attributes import Assay, Attribute, Material, Parameter
from homeostat.process.base import Name, Part, Text
from homeostat.process.controllers import Controller
from homeostat.process.equipment import EquipmentUnit, Tag
from homeostat.process.monitoring import Monitoring
from homeostat.process.recipe import Recipe
from homeostat.process.recordings import Recording
from homeostat.process.release import Release
from homeostat.process.strategy import Loop
from homeostat.process.twin import Simulation, Twin
from homeostat.process.units import Quantity

Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]


class Approval(Part):
    """Where the declaration stands in its life."""

    state: Literal["draft", "approved", "retired"] = "draft"
    by: str = ""
    date: str = ""


class Process(Part):
    """A whole process, immutable; `content_hash` identifies it in every record."""

    homeostat: Literal["1"]
    process: Name
    version: Version
    title: Text
    description: str = ""
    sources: tuple[str, ...] = ()
    approval: Approval = Approval()
    scan: Quantity = Quantity(1.0, "min")
    materials: dict[Name, Material] = Field(default_factory=dict)
    units: dict[Name, EquipmentUnit] = Field(min_length=1)
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    attributes: dict[Name, Attribute] = Field(default_factory=dict)
    assays: dict[Name, Assay] = Field(default_factory=dict)
    recipe: Recipe
    strategy: dict[Name, Loop] = Field(default_factory=dict)
    controllers: dict[Name, Controller] = Field(default_factory=dict)
    twin: Twin
    monitoring: Monitoring = Monitoring()
    release: Release = Release()
    simulation: Simulation = Simulation()
    recordings: dict[Name, Recording] = Field(default_factory=dict)

    def iter_tags(self) -> Iterator[tuple[str, Tag]]:
        """Every tag with its name, in the order of the file."""
        for unit in self.units.values():
            for module in unit.modules.values():
                yield from module.tags.items()

    @cached_property
    def tags(self) -> dict[str, Tag]:
        """Every tag by name, in the order of the file."""
        return dict(self.iter_tags())

    def canonical(self) -> bytes:
        """The declaration as canonical JSON: what was meant, whatever the layout and comments of the YAML."""
        value = self.model_dump(mode="json", exclude_defaults=False)
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def content_hash(self) -> str:
        """SHA-256 of `canonical`, in hexadecimal digits. Never remembered: a changed copy would take it along."""
        return hashlib.sha256(self.canonical()).hexdigest()
