"""Allocation of units: at a GMP site a unit belongs to one batch, from its start to its end, whatever its state.

In: the ledger, and a batch that is to start. Out: nothing, or why it has to wait, and its place in the line on record.

Units go to those who wait, in the order in which they asked (ISA-88: arbitration). A person starts every batch: who is
next has `TURN` from when the units are free, and then loses their place, so that nobody waits for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeostat.errors import ExecutionError
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise, put_by
from homeostat.governance.ended import ends
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import BatchEnded, BatchStarted, UnitsAsked, UnitsGivenUp, payload
from homeostat.process import Process

TURN = timedelta(hours=24)
"""How long free units are kept for the batch that is next."""
_TYPES = (BatchStarted.type, BatchEnded.type, UnitsAsked.type, UnitsGivenUp.type)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A batch in the line, for which units; `since` when (ISO 8601) it asked, or the last of them came free."""

    batch: str
    units: tuple[str, ...]
    since: str


@dataclass(frozen=True)
class Allocation:
    """Which batch holds each unit, and who waits, the first first."""

    holders: dict[str, str]
    line: tuple[Waiting, ...]

    def ahead(self, batch: str, units: Iterable[str], now: str) -> list[Waiting]:
        """Who comes before `batch` on any of the `units`, at the moment `now`."""
        wanted, found = set(units), list[Waiting]()
        for one in self.line:
            late = self._lapsed(one, now)
            if one.batch == batch and not late:
                break
            if one.batch != batch and not late and wanted & set(one.units):
                found.append(one)
        return found

    def _lapsed(self, one: Waiting, now: str) -> bool:
        free = not any(unit in self.holders for unit in one.units)
        return free and datetime.fromisoformat(now) - datetime.fromisoformat(one.since) > TURN


def allocation(ledger: Ledger) -> Allocation:
    """How the units of a site are allocated now."""
    held, line, ended = dict[str, str](), dict[str, Waiting](), ends(ledger)
    for recorded in ledger.events(types=_TYPES):
        batch = recorded.event.batch
        match payload(recorded.event.type, recorded.event.data):
            case BatchStarted() as told:
                held |= dict.fromkeys(Process.model_validate_json(told.declaration).units, batch)
                line.pop(batch, None)
            case BatchEnded() if ended.get(batch) == recorded.seq:
                freed = {unit for unit, holder in held.items() if holder == batch}
                held = {unit: holder for unit, holder in held.items() if holder != batch}
                line = {name: _freed(one, freed, recorded.recorded) for name, one in line.items()}
            case UnitsAsked() as told:
                line[told.batch] = Waiting(told.batch, told.units, recorded.recorded)
            case UnitsGivenUp() as told:
                line.pop(told.batch, None)
            case _:
                pass
    return Allocation(held, tuple(line.values()))


def allocate(office: Office, batch: str, process: Process, person: str) -> None:
    """Let `batch` have its units, or put it in the line, on record, where another holds one or comes before.

    Raises ExecutionError naming what it waits for; started anew under its name, it begins once it is its turn.
    """
    known, units = allocation(office.ledger), tuple(process.units)
    held = next((unit for unit in units if unit in known.holders), None)
    ahead = known.ahead(batch, units, office.clock())
    if held is None and not ahead:
        return
    if batch not in {one.batch for one in known.line}:
        words = f"waits for {', '.join(units)}"
        office.put(person, UnitsAsked(batch=batch, units=units, why=words), event=f"units/{office.nonce()}")
    again = f"start it again then: --batch {batch} (or leave the line: homeostat batch stop {batch})"
    if held is None:
        first = ahead[0].batch
        raise ExecutionError(
            f"batch {first} has waited longer for a unit of {batch}",
            mend=f"wait until {first} has ended, or until its turn is over ({TURN.days} day); {again}",
        )
    holder = known.holders[held]
    raise ExecutionError(
        f"the unit '{held}' is allocated to batch {holder}: {batch} waits, number {len(ahead) + 1} in the line",
        mend=f"wait until {holder} has ended, or end it: homeostat batch stop {holder}; {again}",
    )


def waits(ledger: Ledger, batch: str) -> bool:
    """Whether a batch stands in the line for its units."""
    return batch in {one.batch for one in allocation(ledger).line}


def give_up(office: Office, session: Session, batch: str, *, why: str) -> None:
    """Take a batch that waits out of the line. Raises ExecutionError where it is not in it, AuthorityError."""
    authorise(office, session, "batch.start")
    if not waits(office.ledger, batch):
        raise ExecutionError(f"batch {batch} does not wait for a unit")
    put_by(office, session, UnitsGivenUp(batch=batch, why=why))


def _freed(one: Waiting, freed: set[str], now: str) -> Waiting:
    return Waiting(one.batch, one.units, now) if freed & set(one.units) else one
