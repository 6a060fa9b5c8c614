"""The process: one declaration of what should happen, from which everything else is derived.

A YAML file comes in through `load`: its text becomes a tree of values with their lines (`source`, `composer`), the
tree a frozen `Process` (`declaration` and the parts it is made of), and the `checks` compare the parts with each
other. All faults of a file are reported at once, each an `Issue` with file, line, field and mend. Quantities carry
units everywhere (`units`); the `content_hash` of a process identifies it in every record. What a process says about
the twin's model is checked against a `ModelSignature` that the caller supplies, for the twin stands above this room.
"""

from homeostat.process.attributes import Assay, Attribute, Material, Parameter, Specification
from homeostat.process.checks import ModelSignature
from homeostat.process.conditions import BATCH_ELAPSED, ELAPSED, HARVEST, OPERATORS, Comparison, Condition
from homeostat.process.declaration import Approval, Process
from homeostat.process.describe import describe, schema
from homeostat.process.equipment import EquipmentModule, EquipmentUnit, Tag
from homeostat.process.issues import InvalidProcess, Issue
from homeostat.process.load import (
    Entry,
    Examined,
    check,
    check_against_model,
    check_changed,
    examine,
    library,
    load,
)
from homeostat.process.reading import LAST_USABLE, Quality, Reading
from homeostat.process.recipe import (
    Addition,
    Operation,
    Phase,
    Prompt,
    Recipe,
    Removal,
    Sampling,
    Step,
    UnitProcedure,
    predecessors,
)
from homeostat.process.recordings import Recording
from homeostat.process.source import Source
from homeostat.process.strategy import Loop
from homeostat.process.twin import Simulation, Twin
from homeostat.process.units import Quantity, Unit, compatible, convert, convert_difference, convert_ratio

__all__ = [
    "BATCH_ELAPSED",
    "ELAPSED",
    "HARVEST",
    "LAST_USABLE",
    "OPERATORS",
    "Addition",
    "Approval",
    "Assay",
    "Attribute",
    "Comparison",
    "Condition",
    "Entry",
    "EquipmentModule",
    "EquipmentUnit",
    "Examined",
    "InvalidProcess",
    "Issue",
    "Loop",
    "Material",
    "ModelSignature",
    "Operation",
    "Parameter",
    "Phase",
    "Process",
    "Prompt",
    "Quality",
    "Quantity",
    "Reading",
    "Recipe",
    "Recording",
    "Removal",
    "Sampling",
    "Simulation",
    "Source",
    "Specification",
    "Step",
    "Tag",
    "Twin",
    "Unit",
    "UnitProcedure",
    "check",
    "check_against_model",
    "check_changed",
    "compatible",
    "convert",
    "convert_difference",
    "convert_ratio",
    "describe",
    "examine",
    "library",
    "load",
    "predecessors",
    "schema",
]
