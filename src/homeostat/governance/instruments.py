"""Instruments and terminals: what is known of each source of data, and whether what it says counts now.

session, instrument, why -> authority -> act in the ledger; acts -> `instruments` -> calibration, cleaning, service
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.office import Office
from homeostat.governance.people.wording import instant, stated
from homeostat.governance.session import Session
from homeostat.governance.turns import next_of
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import Change, payload
from homeostat.ledger.catalogue.instruments import (
    InstrumentCalibrated,
    InstrumentRegistered,
    InstrumentServed,
)

TYPES = (InstrumentRegistered.type, InstrumentCalibrated.type, InstrumentServed.type)
ROOM = "instrument"
"""What the numbers of its acts begin with."""
State = Literal["clean", "unclean", "out of service", "in service", "retired"]
STATES: dict[str, State] = {state: state for state in get_args(State)}
_MEND = "list them with: homeostat instrument list"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A source of data as it stands; `due` is when its calibration runs out ("": never calibrated)."""

    id: str
    kind: str
    title: str
    calibrated: bool
    tags: tuple[str, ...]
    due: str = ""
    certificate: str = ""
    passed: bool = True
    clean: bool = True
    service: Literal["in service", "out of service", "retired"] = "in service"

    def objections(self, now: str) -> tuple[str, ...]:
        """Why what it says does not count at the stamp `now`; empty when it does."""
        found = [] if self.service == "in service" else [f"{self.id} is {self.service}"]
        if self.calibrated:
            found += self._uncalibrated(now)
        return tuple(found if self.clean else [*found, f"{self.id} is not clean"])

    def _uncalibrated(self, now: str) -> list[str]:
        if not self.due:
            return [f"{self.id} was never calibrated"]
        if not self.passed:
            return [f"{self.id} failed its calibration"]
        overdue = datetime.fromisoformat(now) >= datetime.fromisoformat(self.due)
        return [f"the calibration of {self.id} was due {self.due}"] if overdue else []


Instruments: TypeAlias = dict[str, Instrument]
"""The sources by their id."""


def instruments(ledger: Ledger) -> Instruments:
    """Every registered source of the site, by its id."""
    return fold(ledger.events(batch="", types=TYPES))


def fold(events: Iterable[Recorded]) -> Instruments:
    """The instruments that these events tell of."""
    found: Instruments = {}
    for recorded in events:
        act = payload(recorded.event.type, recorded.event.data)
        if isinstance(act, InstrumentRegistered):
            new = Instrument(act.instrument, act.kind, act.title, act.calibrated, act.tags)
            found.setdefault(act.instrument, new)
        elif isinstance(act, InstrumentCalibrated | InstrumentServed) and act.instrument in found:
            found[act.instrument] = _after(found[act.instrument], act)
    return found


def doubts(known: Instruments, source: str, kind: str, now: str) -> tuple[str, ...]:
    """Why what comes from `source` does not count now; `kind` is that of the wanted device ("": any)."""
    found = known.get(source)
    if found is None:
        return (f"{source} is no registered instrument or terminal",)
    wrong = (f"{source} is a {found.kind}, not a {kind}",) if kind and found.kind != kind else ()
    return (*wrong, *found.objections(now))


def register(
    office: Office,
    session: Session,
    instrument: str,
    *,
    kind: str,
    title: str,
    calibrated: bool = True,
    tags: tuple[str, ...] = (),
    why: str,
) -> Instrument:
    """Make a source of data known. Raises AuthorityError where the id was ever given."""
    authorise(office, session, "equipment.status")
    for what, text in (("id", instrument), ("kind", kind), ("title", title)):
        stated(what, text)
    act = InstrumentRegistered(
        why=why, instrument=instrument, kind=kind, title=title, calibrated=calibrated, tags=tags
    )

    def make(known: Instruments) -> InstrumentRegistered:
        if instrument in known:
            raise AuthorityError(
                f"{instrument} is registered already: an id is never given twice", mend=_MEND
            )
        return act

    next_of(office, session, ROOM, TYPES, fold, make)
    return Instrument(instrument, kind, title, calibrated, tags)


def calibrate(
    office: Office, session: Session, instrument: str, *, due: str, certificate: str, passed: bool, why: str
) -> Instrument:
    """Note a calibration, passed or not, and when the next is due (a stamp with offset)."""
    authorise(office, session, "equipment.status")
    instant("due date", due)
    stated("certificate", certificate)

    def make(known: Instruments) -> InstrumentCalibrated:
        change = Change(field="due", old=_usable(known, instrument).due, new=due)
        return InstrumentCalibrated(
            why=why, changes=(change,), instrument=instrument, passed=passed, certificate=certificate, due=due
        )

    known, act = next_of(office, session, ROOM, TYPES, fold, make)
    return _after(known[instrument], act)


def serve(office: Office, session: Session, instrument: str, state: State, *, why: str) -> Instrument:
    """Note that an instrument was cleaned or became unclean, went out of service or came back, or was retired."""
    authorise(office, session, "equipment.status")

    def make(known: Instruments) -> InstrumentServed:
        found = _usable(known, instrument)
        field = "cleaning" if state in {"clean", "unclean"} else "service"
        old = ("clean" if found.clean else "unclean") if field == "cleaning" else found.service
        change = Change(field=field, old=old, new=state)
        return InstrumentServed(why=why, changes=(change,), instrument=instrument, state=state)

    known, act = next_of(office, session, ROOM, TYPES, fold, make)
    return _after(known[instrument], act)


def _usable(known: Instruments, instrument: str) -> Instrument:
    found = known.get(instrument)
    if found is None:
        raise AuthorityError(f"there is no instrument {instrument}", mend=_MEND)
    if found.service == "retired":
        raise AuthorityError(f"{instrument} is retired for good", mend="register its successor")
    return found


def _after(found: Instrument, act: InstrumentCalibrated | InstrumentServed) -> Instrument:
    if isinstance(act, InstrumentCalibrated):
        return replace(found, due=act.due, certificate=act.certificate, passed=act.passed)
    match act.state:
        case "clean" | "unclean" as cleaning:
            return replace(found, clean=cleaning == "clean")
        case service:
            return replace(found, service=service)
