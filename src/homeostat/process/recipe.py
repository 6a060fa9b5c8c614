"""The ISA-88 recipe: procedure > unit procedure > operation > phase, ordered by predecessors.

Every step names the steps it comes `after`; without that it follows the step above it. Two steps after the same
predecessor run in parallel; a step after several waits for all of them.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from pydantic import Field

from homeostat.process.base import Name, Names, Part, Range, Text
from homeostat.process.conditions import Condition
from homeostat.process.units import Quantity, Unit

PromptKind: TypeAlias = Literal[
    "instruction",
    "confirm",
    "numeric",
    "choice",
    "scan",
    "weigh",
    "photo",
    "calculation",
    "timer",
    "sample",
    "ipc",
    "signature",
]
"""What a person is asked to do; `ipc` is an in-process control."""
MEASURED: frozenset[PromptKind] = frozenset({"numeric", "weigh", "ipc", "calculation"})
"""The kinds whose answer is a number."""


class Prompt(Part):
    """A question to a person. The phase waits for the answer; `answer` is what the demonstration operator says.

    A numeric answer is a number in the prompt's unit; so are a weight and an in-process control (`ipc`), whose value is
    taken as it is: outside its `range` it holds the batch. An answer named in `hold` holds the batch too: it is on
    record, and a person has to restart it. A scan has to give the code in `expect`, fit the whole `pattern`, or name
    a lot of `material`. A weight lies within `tolerance` of its `target` and comes from a `device` of that kind. A
    calculation is done by the software, by `formula`, over the numbers that earlier prompts call by `name`. A timer
    is answered no earlier than `not_before` and no later than `not_after` it was asked. A signature
    `verified` needs two persons, and so does whatever is `critical`. An entry made more than `late` after the event
    is flagged.
    """

    text: Text
    kind: PromptKind = "instruction"
    unit: Unit = Unit("1")
    range: Range | None = None
    choices: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    answer: str = "done"
    name: Name | None = None
    expect: str = ""
    pattern: str = ""
    material: Name | None = None
    target: Quantity | None = None
    tolerance: Quantity | None = None
    device: str = ""
    formula: str = ""
    not_before: Quantity | None = None
    not_after: Quantity | None = None
    meaning: Literal["performed", "verified"] = "performed"
    critical: bool = False
    late: Quantity = Quantity(15.0, "min")

    @property
    def two_persons(self) -> bool:
        """Whether an entry counts only once a second person has verified it."""
        return self.critical or (self.kind == "signature" and self.meaning == "verified")


class Sampling(Part):
    """Samples drawn in a phase: once at its start, or `every` so often; `volume` leaves the vessel each time."""

    assays: Names
    every: Quantity | None = None
    volume: Quantity | None = None


class Addition(Part):
    """A bolus: a volume of a material enters the vessel at the start of a phase."""

    material: Name
    volume: Quantity


class Removal(Part):
    """A volume leaves the vessel at the start of a phase, cells and all (or without cells: `retain`)."""

    volume: Quantity
    retain: Names = ()


class Step(Part):
    """What every level of the recipe has."""

    name: Name
    title: Text
    after: Names | None = None


class Phase(Step):
    """The smallest step: ask, then set values, add, remove and sample, then wait until its condition holds.

    Nothing is done before every prompt has been answered. `set` gives loops new set-points and actuators new values;
    `modes` switches loops. A phase without `until` ends when its acts are done.
    """

    set: dict[Name, Quantity] = Field(default_factory=dict)
    modes: dict[Name, Literal["manual", "auto"]] = Field(default_factory=dict)
    prompts: tuple[Prompt, ...] = ()
    add: tuple[Addition, ...] = ()
    remove: tuple[Removal, ...] = ()
    samples: tuple[Sampling, ...] = ()
    until: Condition | None = None


class Operation(Step):
    """A group of phases that belong together, such as activation."""

    phases: tuple[Phase, ...] = Field(min_length=1)


class UnitProcedure(Step):
    """The operations that run in one unit."""

    unit: Name
    operations: tuple[Operation, ...] = Field(min_length=1)


class Recipe(Part):
    """The procedure: unit procedures in their order."""

    procedure: tuple[UnitProcedure, ...] = Field(min_length=1)

    def phases(self) -> list[Phase]:
        """Every phase, in the order of the file."""
        return [
            phase for unit in self.procedure for operation in unit.operations for phase in operation.phases
        ]


def predecessors(steps: Sequence[Step]) -> Mapping[str, tuple[str, ...]]:
    """For each of the sibling `steps` the names it comes after: declared, or the step above it."""
    above: tuple[str, ...] = ()
    result: dict[str, tuple[str, ...]] = {}
    for step in steps:
        result[step.name] = above if step.after is None else step.after
        above = (step.name,)
    return result
