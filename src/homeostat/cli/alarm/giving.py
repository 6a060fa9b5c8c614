"""Handing in an order about an alarm: what no scan would follow is refused at once, and not handed in.

order -> what is on record of the alarm -> refused here | handed in, with what speaks against it as the alarm stands
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeostat.cli.ordering import Who, hand_in
from homeostat.cli.output import show

if TYPE_CHECKING:
    from homeostat.execution.slips import AlarmSlip


def give_order(site: Path, batch: str, who: Who, **facts: Any) -> None:
    """Hand in an order about an alarm, and say what becomes of it. Raises ExecutionError where no scan would follow."""
    from homeostat.execution.slips import AlarmSlip

    against: list[str] = []

    def made(by: str) -> AlarmSlip:
        slip = AlarmSlip(by=by, **facts)
        against.append(_against(site, batch, slip))
        return slip

    name, slip = hand_in(site, batch, who, "alarm.order", made)
    show(
        f"Order {name} handed in to batch {batch}: {slip.order} {slip.alarm}.",
        "The next scan follows or refuses it, on record; if the batch is not being executed, the first one after it is "
        "resumed.",
        *[f"As the alarm stands now it will be refused: {one}." for one in against if one],
    )


def _against(site: Path, batch: str, slip: "AlarmSlip") -> str:
    """What speaks against an order as its alarm stands, unless others wait before it. Raises ExecutionError."""
    from homeostat.errors import ExecutionError
    from homeostat.execution.orders import waiting
    from homeostat.quality.foretelling import Asked, foretold
    from homeostat.site import Site

    place = Site.open(site)
    with place.reading() as (ledger, historian):
        asked = Asked(slip.order, slip.alarm, slip.by, slip.reason, slip.hours)
        found = foretold(ledger, historian, batch, asked)
    if found.hopeless:
        raise ExecutionError(
            f"the order is not handed in: {found.hopeless}",
            where=f"{slip.order} {slip.alarm}",
            mend=f"see: homeostat alarm list --batch {batch}; for how long is said with --hours",
        )
    return "" if waiting(place, batch) else found.now
