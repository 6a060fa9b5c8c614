"""The outlook in numbers: quality attributes, how tags and loops show in the twin, and how far is walked."""

from dataclasses import dataclass

from homeostat.monitoring.panel import Risk


@dataclass(frozen=True, slots=True)
class AttributePlan:
    """A quality attribute: assay and reported quantity, phase it is judged in, specification in its unit.

    `slope` and `offset` take a reported value to the attribute's unit.
    """

    name: str
    assay: str
    quantity: str
    slope: float
    offset: float
    phase: str
    unit: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class TagTie:
    """A tag, by index, as the twin sees it: `slope` times a quantity plus `offset`.

    The quantity is a position among the model's states followed by its outputs.
    """

    tag: int
    quantity: int
    slope: float
    offset: float


@dataclass(frozen=True, slots=True)
class ForeseenPlan:
    """A quality attribute, by position, that is a quantity of the model; `variation` of its assay (relative s.d.).

    `slope` and `offset` take the model's value to the attribute's unit.
    """

    attribute: int
    quantity: str
    slope: float
    offset: float
    variation: float


@dataclass(frozen=True, slots=True)
class LoopTie:
    """A loop as the outlook holds it: the `tags` its output shows on, by index, and the model inputs that read them.

    Of `inputs` each is a pair: the input's position, and that of its tag among the loop's. `seen` is how the twin sees
    the loop's own tag; None where it does not know it.
    """

    tags: tuple[int, ...]
    inputs: tuple[tuple[int, int], ...]
    seen: TagTie | None


@dataclass(frozen=True, slots=True)
class OutlookPlan:
    """How the rest of the recipe is foreseen: every `every` µs in steps of `step` µs; `loops` as the plan's.

    The covariance follows in strides of `stride` µs. Nothing is called ok within `calm` µs of a disagreement.
    """

    every: int
    step: int
    stride: int
    calm: int
    risk: Risk
    attributes: tuple[ForeseenPlan, ...]
    ties: tuple[TagTie, ...]
    loops: tuple[LoopTie, ...]
