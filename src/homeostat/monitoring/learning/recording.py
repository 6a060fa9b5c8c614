"""The record of scoring: how a model did on a table that held the truth goes beside the model, chained to what was.

In: what was scored, and where the model lies. Out: what was kept, in words. A table that was locked when the model was
trained counts as one more use of the locked test (MON-09); any other is how the model does in use (MON-14). Where
nothing can be written the scoring stands all the same, and says so.
"""

from dataclasses import dataclass
from pathlib import Path

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning.scoring import Scored
from homeostat.monitoring.package.uses import (
    COMPARED,
    LOCKED_TEST,
    record_of,
    record_use,
    times_tested,
    uses,
)

BY = "homeostat watch score"


@dataclass(frozen=True, slots=True)
class Kept:
    """The number of the use in the record, None where it could not be recorded; `told` in words."""

    number: int | None
    told: str


def record(scored: Scored, model: Path, when: str) -> Kept | None:
    """Record the use of the model at `model`; None where the table told no truth, and nothing was compared."""
    if not scored.metrics:
        return None
    package, table = scored.package, scored.table.sha256
    locked = package.locked_test is not None and package.locked_test.sha256 == table
    try:
        use = record_use(
            model,
            what=LOCKED_TEST if locked else COMPARED,
            by=BY,
            when=when,
            content_hash=package.content_hash,
            table=table,
            results=scored.metrics,
            note=scored.table.name[:200],
        )
        times = times_tested(uses(model), table)
    except MonitoringError as fault:
        return Kept(None, f"Not recorded: {fault.what}.")
    more = f": the locked test set, used {times} times by now" if locked else ""
    return Kept(use.number, f"Recorded as use {use.number} in {record_of(model).name}{more}.")
