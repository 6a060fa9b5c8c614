"""Lots of materials: received into quarantine, released or rejected, used, returned, destroyed, reconciled."""

from typing import ClassVar, Literal

from homeostat.ledger.catalogue.base import Act


class LotReceived(Act):
    """A lot came in and is in quarantine; `expires` is a stamp with offset, `quantity` in `unit`."""

    type: ClassVar[str] = "lot.received"
    material: str
    lot: str
    quantity: float
    unit: str
    expires: str
    supplier: str


class LotJudged(Act):
    """Quality assurance released or rejected a lot."""

    type: ClassVar[str] = "lot.judged"
    material: str
    lot: str
    verdict: Literal["released", "rejected"]


class LotMoved(Act):
    """Some of a lot was used in a `batch`, returned, destroyed, or lost: `quantity` in the unit of the lot."""

    type: ClassVar[str] = "lot.moved"
    material: str
    lot: str
    how: Literal["used", "returned", "destroyed", "lost"]
    quantity: float
    batch: str


class LotReconciled(Act):
    """What is left of a lot was counted: `difference` is what is missing of what came in (negative: there is more)."""

    type: ClassVar[str] = "lot.reconciled"
    material: str
    lot: str
    left: float
    difference: float
    tolerance: float
    within: bool
