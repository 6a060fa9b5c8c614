"""Allocation of units: at a GMP site a unit belongs to one batch, from its start to its end, whatever its state.

In: the ledger and the process of a batch that is to start. Out: nothing, or why it has to wait.
"""

from homeostat.errors import ExecutionError
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchEnded, BatchStarted, payload
from homeostat.process import Process


def allocate(ledger: Ledger, process: Process) -> None:
    """Refuse a batch whose units another one still holds. Raises ExecutionError naming unit and batch."""
    held = holders(ledger)
    for unit in process.units:
        if unit in held:
            raise ExecutionError(
                f"the unit '{unit}' is allocated to batch {held[unit]}",
                mend=f"wait until batch {held[unit]} has ended, or end it: homeostat batch stop {held[unit]}",
            )


def holders(ledger: Ledger) -> dict[str, str]:
    """The batch that holds each allocated unit."""
    held: dict[str, str] = {}
    for recorded in ledger.events(types=(BatchStarted.type, BatchEnded.type)):
        told, batch = payload(recorded.event.type, recorded.event.data), recorded.event.batch
        if isinstance(told, BatchStarted):
            held |= dict.fromkeys(Process.model_validate_json(told.declaration).units, batch)
        else:
            held = {unit: holder for unit, holder in held.items() if holder != batch}
    return held
