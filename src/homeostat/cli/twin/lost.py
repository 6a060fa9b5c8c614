"""The batches of an ensemble that failed: of each cause the first, with its hour and its state.

In: what was simulated, and how many failed of what. Out: one `Lost` a cause, as words and as plain data.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from homeostat.cli.twin.ended import mends, told

if TYPE_CHECKING:
    from homeostat.cli.twin.course import Course
    from homeostat.twin import Ensemble, Model, Status
    from homeostat.twin.engine.failing import Failure
    from homeostat.twin.virtual import Donors

TOGETHER = 2048
"""Batches that are simulated again at a time."""


class Lost(NamedTuple):
    """The first batch, counted from 1, that ended by `status`, and where it did."""

    status: "Status"
    batch: int
    failure: "Failure | None"


def first_lost(
    ensemble: "Ensemble",
    donors: "Donors",
    asked: "Course",
    n: int,
    causes: "Sequence[Status]",
    threads: int | None,
) -> list[Lost]:
    """The first of the `n` batches that ended by each of the `causes`, found by simulating them again."""
    import numpy as np

    found: dict[Status, Lost] = {}
    for first in range(0, n if causes else 0, TOGETHER):
        states, parameters = donors.draw(first, min(first + TOGETHER, n))
        done = ensemble.run(
            asked.times,
            asked.segments,
            states=states,
            parameters=parameters,
            jumps=asked.jumps,
            threads=threads,
        )
        for cause in causes:
            here = np.flatnonzero(done.status == cause)
            if cause not in found and len(here):
                given = states[here[0]], parameters[here[0]]
                found[cause] = Lost(cause, first + int(here[0]) + 1, _failure(ensemble, asked, *given))
        if len(found) == len(causes):
            break
    return [found[cause] for cause in causes if cause in found]


def _failure(ensemble: "Ensemble", asked: "Course", states: Any, parameters: Any) -> "Failure | None":
    from homeostat.twin.engine.lost import failure_of

    return failure_of(ensemble, asked.times, asked.segments, states, parameters, asked.jumps)


def sentences(model: "type[Model]", lost: Sequence[Lost]) -> list[str]:
    """Where the first batch of each cause ended, and what can be done."""
    firsts = [f"The first, batch {one.batch:,}: {told(model, one.status, one.failure)}." for one in lost]
    return [*firsts, *mends(*(one.failure for one in lost))]


def as_objects(model: "type[Model]", lost: Sequence[Lost]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [
        {
            "status": one.status.name.lower(),
            "first_batch": one.batch,
            "ended": told(model, one.status, one.failure),
        }
        for one in lost
    ]
