"""What a run is given, from the options that the commands share: values, inputs over time, events, and its hours."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from homeostat.cli.twin.events import Within, jumps
from homeostat.cli.twin.inputs import segments
from homeostat.cli.twin.times import times
from homeostat.cli.twin.values import Given, given

if TYPE_CHECKING:
    from homeostat.twin import Jump, Model, Segment


class Length(NamedTuple):
    """How long a run is, and how often it is reported, as typed."""

    days: float | None
    hours: float | None
    every: float | None


class Course(NamedTuple):
    """Values in the model's units, by name; inputs and jumps over time; the hours that are reported."""

    given: Given
    segments: "list[Segment]"
    jumps: "list[Jump]"
    times: list[float]


def course(
    model: "type[Model]",
    length: Length,
    values: Sequence[str] | None,
    changes: Sequence[str] | None,
    schedule: Path | None,
    events: Sequence[str] | None,
    *,
    end: float | None = None,
) -> Course:
    """The course of a run from hour 0 on; events and inputs may lie up to `end` (by default the last hour reported).

    Raises OptionError with the option that the model cannot take.
    """
    found, hours = given(model, values or ()), times(*length)
    last = hours[-1] if end is None else end
    inputs = segments(model, found.inputs, changes or (), schedule, last)
    done = jumps(model.signature, events or (), Within(0.0, last))
    return Course(found, inputs, done, hours)
