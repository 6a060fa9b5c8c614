"""The recipe in numbers: the tree of steps, what a phase does and what it waits for; times in microseconds."""

from dataclasses import dataclass
from typing import Literal

from homeostat.control import Mode
from homeostat.process import Prompt, Quantity

MICROSECONDS = 1_000_000
HOUR = 3600 * MICROSECONDS


def micros(quantity: Quantity) -> int:
    """A duration in microseconds of process time."""
    return round(quantity.to("s") * MICROSECONDS)


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a resolved condition: where the value stands, its relation and the limit in its unit."""

    source: Literal["elapsed", "batch", "harvest", "tag", "twin"]
    index: int
    sign: str
    limit: float


@dataclass(frozen=True, slots=True)
class Guard:
    """A resolved condition that a step is executed under, or a phase runs again under; `text` is how it is told."""

    tests: tuple[tuple[Test, ...], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Act:
    """A command a phase gives to the equipment, or to the loop that owns the actuator."""

    kind: Literal["set", "dose", "draw"]
    target: str
    value: float
    unit: str
    retain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """Assays of one sample; `every` in microseconds (0: once), `volume` in mL."""

    assays: tuple[str, ...]
    every: int
    volume: float


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """What a phase does on entry and what it waits for; set-points, modes and outputs by loop index.

    It runs `again` (None: never) while that holds, `most` times in all.
    """

    acts: tuple[Act, ...]
    setpoints: tuple[tuple[int, float], ...]
    modes: tuple[tuple[int, Mode], ...]
    outputs: tuple[tuple[int, float], ...]
    prompts: tuple[Prompt, ...]
    samplings: tuple[SamplingPlan, ...]
    until: tuple[tuple[Test, ...], ...]
    again: Guard | None = None
    most: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """One step of the recipe tree: its path, parent and predecessors by index; `phase` on the lowest level only.

    It is executed only `when` that holds (None: always).
    """

    level: Literal["unit procedure", "operation", "phase"]
    path: str
    name: str
    title: str
    parent: int
    after: tuple[int, ...]
    children: tuple[int, ...]
    phase: PhasePlan | None
    when: Guard | None = None
