"""Lots of materials: what persons did with them, the lot as it stands, and whether it may enter a product.

session, lot, why -> authority -> act in the ledger; acts -> `lots` -> status, quantities, what is missing
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.office import Office
from homeostat.governance.people.wording import instant, stated
from homeostat.governance.session import Session
from homeostat.governance.turns import next_of
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import Act, Change, payload
from homeostat.ledger.catalogue.materials import LotJudged, LotMoved, LotReceived, LotReconciled
from homeostat.process.units import check_unit

TYPES = (LotReceived.type, LotJudged.type, LotMoved.type, LotReconciled.type)
ROOM = "material"
"""What the numbers of its acts begin with."""
How = Literal["used", "returned", "destroyed", "lost"]
Status = Literal["quarantine", "released", "rejected"]
_MEND = "list the lots with: homeostat material list"
_SEPARATOR = "/"  # between material and lot in a code, where the code names both


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot as it stands: quantities in `unit`, `moved` by how, and what was counted last (NaN: never)."""

    material: str
    lot: str
    status: Status
    unit: str
    received: float
    expires: str
    supplier: str
    used: float = 0.0
    returned: float = 0.0
    destroyed: float = 0.0
    lost: float = 0.0
    batches: tuple[str, ...] = ()
    counted: float = math.nan
    difference: float = math.nan

    @property
    def left(self) -> float:
        """What there should be."""
        return self.received - self.used - self.returned - self.destroyed - self.lost

    def expired(self, now: str) -> bool:
        """Whether it may not be used any more at the stamp `now`."""
        return datetime.fromisoformat(now) >= datetime.fromisoformat(self.expires)

    def objections(self, now: str) -> tuple[str, ...]:
        """Why the lot may not enter a product now; empty when it may."""
        said = f"lot {self.lot} of {self.material}"
        found = [] if self.status == "released" else [f"{said} is not released: {self.status}"]
        return (*found, *((f"{said} expired {self.expires}",) if self.expired(now) else ()))


Lots: TypeAlias = dict[tuple[str, str], Lot]
"""The lots by material and number."""


def lots(ledger: Ledger) -> Lots:
    """Every lot of the site by material and number, in the order in which they came."""
    return fold(ledger.events(types=TYPES))


def scanned(material: str, code: str) -> str:
    """The number of the lot in a code that was scanned, which may name its material before it."""
    return code.strip().removeprefix(f"{material}{_SEPARATOR}")


def fold(events: Iterable[Recorded]) -> Lots:
    """The lots that these events tell of."""
    found: Lots = {}
    for recorded in events:
        act = payload(recorded.event.type, recorded.event.data)
        if isinstance(act, LotReceived):
            found.setdefault((act.material, act.lot), _received(act))
        elif isinstance(act, LotJudged | LotMoved | LotReconciled) and (act.material, act.lot) in found:
            key = act.material, act.lot
            found[key] = _after(found[key], act)
    return found


def receive(
    office: Office,
    session: Session,
    *,
    material: str,
    lot: str,
    quantity: float,
    unit: str,
    expires: str,
    supplier: str,
    why: str,
) -> Lot:
    """Take a lot into quarantine. Raises AuthorityError where it is known already or cannot be what is said."""
    authorise(office, session, "material.receive")
    for what, text in (("material", material), ("lot", lot)):
        stated(what, text)
    check_unit(unit)
    _positive(quantity)
    instant("expiry", expires)
    act = LotReceived(
        why=why, material=material, lot=lot, quantity=quantity, unit=unit, expires=expires, supplier=supplier
    )

    def make(known: Lots) -> LotReceived:
        if (material, lot) in known:
            raise AuthorityError(f"lot {lot} of {material} was received already", mend=_MEND)
        return act

    next_of(office, session, ROOM, TYPES, fold, make)
    return _received(act)


def judge(
    office: Office,
    session: Session,
    material: str,
    lot: str,
    verdict: Literal["released", "rejected"],
    *,
    why: str,
) -> Lot:
    """Release a lot that is in date and in quarantine, or reject one. Raises AuthorityError."""
    authorise(office, session, "material.release")

    def make(known: Lots) -> LotJudged:
        found = _known(known, material, lot)
        if found.status == verdict or (verdict == "released" and found.status == "rejected"):
            raise AuthorityError(f"lot {lot} of {material} is {found.status}", mend=_MEND)
        if verdict == "released" and found.expired(office.clock()):
            raise AuthorityError(f"lot {lot} of {material} expired {found.expires}", mend="reject it")
        change = Change(field="status", old=found.status, new=verdict)
        return LotJudged(why=why, changes=(change,), material=material, lot=lot, verdict=verdict)

    known, act = next_of(office, session, ROOM, TYPES, fold, make)
    return _after(known[material, lot], act)


def move(
    office: Office,
    session: Session,
    material: str,
    lot: str,
    how: How,
    quantity: float,
    *,
    batch: str = "",
    why: str,
) -> Lot:
    """Use some of a lot in a batch, return, destroy or lose it. Raises AuthorityError where that cannot be."""
    authorise(office, session, "material.use")
    _positive(quantity)
    if how == "used" and not batch:
        raise AuthorityError("a lot is used in a batch", mend="name it with --batch")
    if batch and batch not in office.ledger.batches():
        raise AuthorityError(f"there is no batch '{batch}'", mend="list them with: homeostat batches")

    def make(known: Lots) -> LotMoved:
        found = _known(known, material, lot)
        _refuse_move(found, how, quantity, office.clock())
        change = Change(field="left", old=found.left, new=found.left - quantity)
        return LotMoved(
            why=why, changes=(change,), material=material, lot=lot, how=how, quantity=quantity, batch=batch
        )

    known, act = next_of(office, session, ROOM, TYPES, fold, make, batch=batch)
    return _after(known[material, lot], act)


def _refuse_move(found: Lot, how: How, quantity: float, now: str) -> None:
    objections = found.objections(now) if how == "used" else ()
    if objections:
        raise AuthorityError("; ".join(objections), mend="take a lot that is released and in date")
    if quantity > found.left * (1.0 + 1e-9):
        what = f"only {found.left:g} {found.unit} of lot {found.lot} should be left"
        raise AuthorityError(what, mend="count what is there: homeostat material reconcile")


def reconcile(
    office: Office, session: Session, material: str, lot: str, left: float, *, tolerance: float, why: str
) -> LotReconciled:
    """Compare what was counted with received = used + returned + destroyed + lost + left; `tolerance` in the unit."""
    authorise(office, session, "material.use")
    if not (0.0 <= left < math.inf and 0.0 <= tolerance < math.inf):
        raise AuthorityError("a count and a tolerance are numbers from 0 up")

    def make(known: Lots) -> LotReconciled:
        difference = _known(known, material, lot).left - left
        return LotReconciled(
            why=why,
            material=material,
            lot=lot,
            left=left,
            difference=difference,
            tolerance=tolerance,
            within=abs(difference) <= tolerance,
        )

    return next_of(office, session, ROOM, TYPES, fold, make)[1]


def _known(known: Lots, material: str, lot: str) -> Lot:
    found = known.get((material, lot))
    if found is None:
        raise AuthorityError(f"there is no lot {lot} of {material}", mend=_MEND)
    return found


def _positive(quantity: float) -> None:
    if not 0.0 < quantity < math.inf:
        raise AuthorityError("a quantity is a number above 0")


def _received(act: LotReceived) -> Lot:
    return Lot(act.material, act.lot, "quarantine", act.unit, act.quantity, act.expires, act.supplier)


def _after(lot: Lot, act: Act) -> Lot:
    if isinstance(act, LotJudged):
        return replace(lot, status=act.verdict)
    if isinstance(act, LotReconciled):
        return replace(lot, counted=act.left, difference=act.difference)
    if not isinstance(act, LotMoved):
        return lot
    moved = {act.how: getattr(lot, act.how) + act.quantity}
    batches = (*lot.batches, act.batch) if act.batch and act.batch not in lot.batches else lot.batches
    return replace(lot, batches=batches, **moved)
