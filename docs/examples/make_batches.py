"""Makes nk_batches.csv and nk_new_batches.csv: batches of the example's model, three of each donor.

Each row is a batch: what was measured on days 1 to 4, and the cells on day 8. Donors differ in growth, inhibition and
uptake; each batch differs a little from its donor, and every measurement has an error of 4 per cent.
"""

import csv
from pathlib import Path

import numpy as np
from nk_expansion import NkExpansion

from homeostat.twin import Ensemble, Segment

FOLDER = Path(__file__).parent
DAYS = (1.0, 2.0, 3.0, 4.0, 8.0)
PLAN = [Segment(0.0, {"dilution": 0.3}), Segment(72.0, {"dilution": 1.0})]
SPREADS = {"growth_max": (0.15, 0.04), "lactate_half": (0.2, 0.05), "uptake": (0.12, 0.05)}
"""Relative standard deviation between donors, and between the batches of one."""
HEADINGS = ["batch", "donor"] + [
    f"day{day:g} {what}" for day in DAYS[:-1] for what in ("cells", "glucose", "lactate")
]


def batches(donors: range) -> list[list[str]]:
    """Rows of three batches of each donor."""
    model, rows = NkExpansion.signature, []
    for donor in donors:
        noise = np.random.default_rng(donor)
        own = {name: np.exp(between * noise.standard_normal()) for name, (between, _) in SPREADS.items()}
        for number in range(3):
            values = dict(zip(model.parameters.names, model.parameters.values, strict=True))
            for name, (_, within) in SPREADS.items():
                values[name] *= own[name] * np.exp(within * noise.standard_normal())
            parameters = np.array(model.parameters.vector(values))
            hours = [24.0 * day for day in DAYS]
            states = Ensemble(NkExpansion, rtol=1e-7).run(hours, PLAN, parameters=parameters).values[0][:, :3]
            measured = states * (1.0 + 0.04 * noise.standard_normal(states.shape))
            cells = [f"{value:.3f}" for value in (*measured[:-1].ravel(), measured[-1, 0])]
            rows.append([f"D{donor:02d}-{number + 1}", f"D{donor:02d}", *cells])
    return rows


def write(path: Path, donors: range) -> None:
    """Write the batches of the donors."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*HEADINGS, "day8 cells"])
        out.writerows(batches(donors))


write(FOLDER / "nk_batches.csv", range(1, 25))
write(FOLDER / "nk_new_batches.csv", range(25, 33))
