"""What finished batches of a process believed at their end of the parameters that they learnt.

In: a site's ledger and historian, and the process. Out: estimates by parameter, and which batches they are from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.control.learning import Estimate, Prior
from homeostat.errors import ControlError, RecordError
from homeostat.governance.ended import end_of
from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchStarted, payload
from homeostat.process import Process
from homeostat.twin import model


@dataclass(frozen=True)
class Learnt:
    """Estimates by parameter; `batches` are the batches they are from, each with the hash of its process."""

    estimates: dict[str, list[Estimate]]
    batches: dict[str, str]


def priors(process: Process) -> dict[str, Prior]:
    """What every batch of a process begins from: mean and standard deviation, in the model's units.

    Raises ControlError where its twin learns nothing.
    """
    observer = process.twin.observer
    if observer is None:
        raise ControlError(
            "the twin of this process learns nothing from its batches",
            where=f"{process.process}: twin",
            mend="declare twin.observer.learn",
        )
    parameters, found = model(process.twin.model).signature.parameters, {}
    for name, share in observer.learn.items():
        given = process.twin.parameters.get(name)
        mean = parameters[name].value if given is None else given.to(parameters[name].unit)
        found[name] = Prior(mean, abs(mean) * share.to("1"))
    return found


def learnt(ledger: Ledger, historian: Historian, process: Process, chosen: Sequence[str] = ()) -> Learnt:
    """What the complete batches of this very version of `process` learnt (`chosen`: of these alone).

    What batches of older versions taught is in the version in force already. Raises RecordError where a chosen batch is
    none of them.
    """
    names = tuple(process.twin.observer.learn) if process.twin.observer else ()
    found = Learnt({name: [] for name in names}, {})
    for batch in chosen or ledger.batches():
        start = _started(ledger, batch)
        if start is None or start.process_hash != process.content_hash or not _complete(ledger, batch):
            if chosen:
                raise RecordError(
                    f"batch {batch} is no complete batch of this version of {process.process}",
                    mend="list the batches with: homeostat batches; a version in force has learnt from older ones",
                )
            continue
        began = priors(Process.model_validate_json(start.declaration))
        found.batches[batch] = start.process_hash
        for name in names:
            if name in began:
                found.estimates[name].append(Estimate(batch, *_last(historian, batch, name), began[name]))
    return found


def _started(ledger: Ledger, batch: str) -> BatchStarted | None:
    for stored in ledger.events(batch=batch, types=(BatchStarted.type,)):
        content = payload(stored.event.type, stored.event.data)
        return content if isinstance(content, BatchStarted) else None
    return None


def _complete(ledger: Ledger, batch: str) -> bool:
    """Whether a batch came to its end."""
    end = end_of(ledger, batch)
    return end is not None and end.event.data.get("state") == "complete"


def _last(historian: Historian, batch: str, name: str) -> tuple[float, float]:
    """The parameter and its standard deviation when they were last believed."""
    values, doubts = (historian.last(batch, f"{kind}{name}") for kind in ("twin.", "twin.sd."))
    nothing = float("nan")
    return (values.value if values else nothing), (doubts.value if doubts else nothing)
