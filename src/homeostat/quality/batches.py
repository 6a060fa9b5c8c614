"""The list of batches of a site, folded from the few events that change it."""

from homeostat.governance.ended import executed
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import (
    AlarmChanged,
    BatchEnded,
    BatchStarted,
    ChunksSealed,
    StateChanged,
    StepChanged,
    payload,
)
from homeostat.quality.model import Part

_TYPES = tuple(
    kind.type for kind in (BatchStarted, StateChanged, StepChanged, AlarmChanged, ChunksSealed, BatchEnded)
)


class BatchLine(Part):
    """One batch at a glance; `elapsed` in microseconds of process time, `started` a wall-clock stamp."""

    id: str
    process: str = ""
    version: str = ""
    state: str = "idle"
    patient: str = ""
    started: str = ""
    scans: int = 0
    elapsed: int = 0
    alarms: tuple[str, ...] = ()


def batches(ledger: Ledger) -> list[BatchLine]:
    """Every batch in the order in which it began; `alarms` names those that stand."""
    lines: dict[str, BatchLine] = {}
    intervals: dict[str, int] = {}
    for stored in executed(ledger, ledger.events(types=_TYPES)):
        batch = stored.event.batch
        if stored.event.type == BatchStarted.type:
            intervals[batch] = BatchStarted.model_validate(stored.event.data).scan
        line = _advanced(lines.get(batch, BatchLine(id=batch)), stored, intervals.get(batch, 0))
        lines[batch] = line
    return list(lines.values())


def _advanced(line: BatchLine, stored: Recorded, scan: int) -> BatchLine:
    """The line after one more event."""
    event = stored.event
    scans = max(line.scans, event.time // scan + 1 if scan else 0)
    change: dict[str, object] = {"elapsed": scans * scan, "scans": scans}
    match payload(event.type, event.data):
        case BatchStarted() as data:
            change |= {"process": data.process, "version": data.version, "patient": data.patient}
            change["started"] = stored.recorded
        case StateChanged() as data:
            change["state"] = data.after
        case BatchEnded() as data:
            change |= {"state": data.state, "scans": data.scans, "elapsed": data.scans * scan}
        case AlarmChanged() as data:
            if data.state in {"raised", "cleared"}:  # whatever persons do with it, its condition holds or not
                others = tuple(name for name in line.alarms if name != data.alarm)
                change["alarms"] = (*others, data.alarm) if data.state == "raised" else others
        case _:
            pass
    return line.model_copy(update=change)
