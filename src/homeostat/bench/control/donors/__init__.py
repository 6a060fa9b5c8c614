"""Topic `donors`: perfusion and harvest of CAR-T cells for virtual donors that differ, with kinetics the twin does not
believe, sensors that lie and a laboratory that is late: model-predictive control beside recipes and PID.

The contest is declared in `declared.yaml`, each contender in a file of `contenders`; `search` found the rivals' numbers
on the tuning donors, `scoring` says what a batch was worth. Every batch is a whole trial of the shipped process.

    declared, contenders -> plants (process of a donor) -> trials -> batches -> Results with bars
"""

import os
from pathlib import Path

from homeostat.bench.control.donors.contest import compete
from homeostat.bench.control.donors.declaration import declared
from homeostat.bench.control.donors.telling import told
from homeostat.bench.result import Result
from homeostat.errors import ControlError

KEEP = "HOMEOSTAT_BENCH_DONORS"
"""The environment variable that names a file to keep every batch in, one JSON object a line, and to go on from."""
COUNT = "HOMEOSTAT_BENCH_DONORS_COUNT"
"""The environment variable that has the first so many donors scored only."""


def measure(*, quick: bool) -> list[Result]:
    """All scoring donors under every contender; `quick` the first two.

    Raises ControlError for a number of donors that there are not, and for a file of batches that cannot be read.
    """
    first, last = declared().seeds.scoring
    count = 2 if quick else _count(last - first + 1)
    kept = Path(os.environ[KEEP]) if KEEP in os.environ else None
    return told(compete(declared().contenders, range(first, first + count), kept))


def _count(most: int) -> int:
    text = os.environ.get(COUNT, str(most))
    if not (text.isdecimal() and 0 < int(text) <= most):
        raise ControlError(f"{text!r} is no number of donors", where=COUNT, mend=f"give 1 to {most}")
    return int(text)
