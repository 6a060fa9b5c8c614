"""Makes nk_runs.csv and nk_new_run.csv: four runs of the example's model with noise, so that the truth is known.

The cells of these runs differ from the declared model: growth_max 0.042, lactate_half 16, uptake 0.12. The declared
error of each method is 4 per cent, and 0.05 in its unit.
"""

import csv
from pathlib import Path

import numpy as np
from nk_expansion import NkExpansion

from homeostat.twin import Ensemble, Segment

FOLDER = Path(__file__).parent
TRUTH = {"growth_max": 0.042, "lactate_half": 16.0, "uptake": 0.12}
COURSES = {
    "A": ((0.0, 0.0), (72.0, 0.5)),
    "B": ((0.0, 0.0), (48.0, 1.0)),
    "C": ((0.0, 0.3), (96.0, 1.5)),
    "D": ((0.0, 0.2), (60.0, 0.8), (120.0, 2.0)),
}
HOURS = tuple(float(hour) for hour in range(0, 193, 12))


def rows(name: str, noise: np.random.Generator) -> list[list[str]]:
    """The table of one run."""
    model = NkExpansion.signature
    segments = [Segment(start, {"dilution": rate}) for start, rate in COURSES[name]]
    parameters = np.array(model.parameters.vector(TRUTH))
    values = Ensemble(NkExpansion, rtol=1e-7).run(HOURS, segments, parameters=parameters).values[0]
    measured = values * (1.0 + 0.04 * noise.standard_normal(values.shape))
    measured += 0.05 * noise.standard_normal(values.shape)
    table = []
    for hour, sample in zip(HOURS, np.maximum(measured, 0.0), strict=True):
        rate = [rate for start, rate in COURSES[name] if start <= hour][-1]
        table.append([name, f"{hour:g}", f"{rate:g}", *(f"{value:.3f}" for value in sample)])
    return table


def write(path: Path, names: str) -> None:
    """Write the runs called by the letters of `names`, with noise of their own."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["run", "hour", "exchange", "cells", "glucose", "lactate"])
        for name in names:
            out.writerows(rows(name, np.random.default_rng(ord(name))))


write(FOLDER / "nk_runs.csv", "ABC")
write(FOLDER / "nk_new_run.csv", "D")
