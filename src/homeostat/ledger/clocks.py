"""The clock behind a ledger: one that was set back lets later acts look earlier than they were.

In: the signed heads in their order. Out: findings. Each head is stamped while the ledger is locked for its commit, so
their stamps can only go back where the clock did; those of single events may, for processes wait to commit. A stamp
without an offset from UTC orders nothing and is passed over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from homeostat.ledger.findings import Findings, Kind
from homeostat.ledger.heads import Head

TOLERANCE = timedelta(minutes=1)
"""A correction by a time server stays below this; it is no finding (assumption)."""


def check_clock(heads: Sequence[Head], findings: Findings) -> None:
    """A finding wherever the clock went back between two commits."""
    last: datetime | None = None
    for head in heads:
        where, now = f"head of {head.size} events", _moment(head.recorded)
        if now is not None and last is not None and now < last - TOLERANCE:
            what = f"the clock went back by {last - now} since the commit before it, to {head.recorded}"
            findings.add(Kind.CLOCK, head.size, where, what)
        last = now or last


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None
