"""`bench run`: everything that a batch run rests on."""

from homeostat.bench import drawing, historian, ledger, scan
from homeostat.bench.result import Result


def measure(*, quick: bool) -> list[Result]:
    """The scan first, then the stores below it."""
    return [part for room in (scan, ledger, historian, drawing) for part in room.measure(quick=quick)]
