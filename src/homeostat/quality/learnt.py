"""What finished batches of a process believed at their end of the parameters that they learnt.

In: a site's ledger and historian, and the process. Out: estimates by parameter, and which batches they are from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.control.learning import Estimate
from homeostat.errors import RecordError
from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchEnded, BatchStarted, payload
from homeostat.process import Process


@dataclass(frozen=True)
class Learnt:
    """Estimates by parameter; `batches` are the batches they are from, each with the hash of its process."""

    estimates: dict[str, list[Estimate]]
    batches: dict[str, str]


def learnt(ledger: Ledger, historian: Historian, process: Process, chosen: Sequence[str] = ()) -> Learnt:
    """What the complete batches of `process` learnt (`chosen`: of these alone). Raises RecordError for none."""
    names = tuple(process.twin.observer.learn) if process.twin.observer else ()
    found = Learnt({name: [] for name in names}, {})
    for batch in chosen or ledger.batches():
        start = _started(ledger, batch)
        if start is None or start.process != process.process or not _complete(ledger, batch):
            if chosen:
                raise RecordError(
                    f"batch {batch} is no complete batch of {process.process}",
                    mend="list the batches with: homeostat batches",
                )
            continue
        own = [(name, _last(historian, batch, name)) for name in names if f"twin.{name}" in start.outputs]
        found.batches[batch] = start.process_hash
        for name, (mean, deviation) in own:
            found.estimates[name].append(Estimate(batch, mean, deviation))
    return found


def _started(ledger: Ledger, batch: str) -> BatchStarted | None:
    for stored in ledger.events(batch=batch, types=(BatchStarted.type,)):
        content = payload(stored.event.type, stored.event.data)
        return content if isinstance(content, BatchStarted) else None
    return None


def _complete(ledger: Ledger, batch: str) -> bool:
    ends = [payload(s.event.type, s.event.data) for s in ledger.events(batch=batch, types=(BatchEnded.type,))]
    return any(isinstance(end, BatchEnded) and end.state == "complete" for end in ends)


def _last(historian: Historian, batch: str, name: str) -> tuple[float, float]:
    """The parameter and its standard deviation when they were last believed."""
    values, doubts = (historian.last(batch, f"{kind}{name}") for kind in ("twin.", "twin.sd."))
    nothing = float("nan")
    return (values.value if values else nothing), (doubts.value if doubts else nothing)
