"""Steps of the recipe, the prompts they open, and the samples they draw."""

from typing import ClassVar, Literal

from pydantic import JsonValue

from homeostat.ledger.catalogue.base import Payload, Role
from homeostat.ledger.catalogue.entries import Cause

STILL_HOLDS = "the condition still holds"
"""What the cause says of a phase that has run as often as it may, though its condition asks for another run."""


class StepChanged(Payload):
    """A unit procedure, operation or phase began or ended; `step` is its path in the recipe.

    One that its condition rules out is "skipped". A phase that is repeated begins and ends once a run.
    """

    type: ClassVar[str] = "step.changed"
    role: ClassVar[Role] = "decision"
    level: Literal["unit procedure", "operation", "phase"]
    step: str
    title: str
    state: Literal["running", "complete", "stopped", "skipped"]
    cause: str


class PromptOpened(Payload):
    """A person is asked something; `prompt` is the name that the answer refers to.

    `asks` are the further conditions of the answer as the process file declares them, where there are any.
    """

    type: ClassVar[str] = "prompt.opened"
    role: ClassVar[Role] = "decision"
    prompt: str
    step: str
    text: str
    kind: str
    unit: str
    choices: tuple[str, ...]
    asks: dict[str, JsonValue] | None = None


class PromptClosed(Payload):
    """An answer was judged: accepted, or refused with the reason and its `cause`, if any (the prompt stays open)."""

    type: ClassVar[str] = "prompt.closed"
    role: ClassVar[Role] = "decision"
    prompt: str
    accepted: bool
    reason: str
    cause: Cause | None = None


class SampleDrawn(Payload):
    """A sample is to be drawn for the given assays; `volume` in mL."""

    type: ClassVar[str] = "sample.drawn"
    role: ClassVar[Role] = "decision"
    sample: str
    step: str
    assays: tuple[str, ...]
    volume: float


class SampleResult(Payload):
    """The laboratory reported on a sample."""

    type: ClassVar[str] = "sample.result"
    role: ClassVar[Role] = "input"
    sample: str
    assay: str
    taken: int
    values: dict[str, float | None]
    units: dict[str, str]


class AttributeJudged(Payload):
    """A quality attribute was measured in the phase that counts and compared with its specification."""

    type: ClassVar[str] = "attribute.judged"
    role: ClassVar[Role] = "decision"
    attribute: str
    sample: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    verdict: Literal["within", "outside", "not measured"]
