"""The ISA-88 recipe: procedure > unit procedure > operation > phase, ordered by predecessors.

Every step names the steps it comes `after`; without that it follows the step above it. Two steps after the same
predecessor run in parallel; a step after several waits for all of them. An operation or phase may be executed only
`when` a condition holds, and a phase may `repeat`: the selection and the loop of ISA-88's procedure function charts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

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


class Repeat(Part):
    """A loop: the phase runs again when it has ended and the condition holds, `most` times in all."""

    model_config = ConfigDict(serialize_by_alias=True)

    again: Condition = Field(alias="while")
    most: int = Field(ge=1, le=1000)


class ChosenStep(Step):
    """A step that may be left out: it is executed only `when` a condition holds once all it comes after is complete.

    Two steps after the same one with opposite conditions are a selection between branches.
    """

    when: Condition | None = None

    @model_serializer(mode="wrap")
    def _told(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What decides is told only where it is declared: a recipe that needs none of it keeps its content hash."""
        return {
            name: value for name, value in handler(self).items() if name not in DECIDING or value is not None
        }


DECIDING = ("when", "repeat")
"""The fields that decide whether a step is executed, and whether it is executed again."""


class Phase(ChosenStep):
    """The smallest step: ask, then set values, add, remove and sample, then wait until its condition holds.

    Nothing is done before every prompt has been answered. `set` gives loops new set-points and actuators new values;
    `modes` switches loops. A phase without `until` ends when its acts are done; one that may `repeat` lasts one scan
    at least, so that its condition sees what the run did.
    """

    set: dict[Name, Quantity] = Field(default_factory=dict)
    modes: dict[Name, Literal["manual", "auto"]] = Field(default_factory=dict)
    prompts: tuple[Prompt, ...] = ()
    add: tuple[Addition, ...] = ()
    remove: tuple[Removal, ...] = ()
    samples: tuple[Sampling, ...] = ()
    until: Condition | None = None
    repeat: Repeat | None = None

    def conditions(self) -> Iterator[tuple[tuple[str, ...], Condition]]:
        """Every condition with the field it stands in, below the phase."""
        if self.when is not None:
            yield ("when",), self.when
        if self.until is not None:
            yield ("until",), self.until
        if self.repeat is not None:
            yield ("repeat", "while"), self.repeat.again


class Operation(ChosenStep):
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
