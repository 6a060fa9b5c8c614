"""Tune the noise of the digital shadow in `homeostat bench observer`, on donors that the benchmark does not report.

    python studies/observer_tuning.py [--donors N]

simulated donors of `TUNING` -> filter with each candidate -> error and coverage of the forecasts, one line a candidate
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from homeostat.bench.donors import CrowdedCulture, culture
from homeostat.bench.observer import DAYS, FROM, SETTINGS, TUNING, study
from homeostat.twin import Simulator
from homeostat.twin.observer import Doubt, Settings

WALKS = (0.0, 0.005, 0.01, 0.02)
"""Wandering of the growth rate, relative per √h."""
BIASES = (0.3, 0.5, 0.7)
"""Deviation of the sensors' offsets in mmol/L."""
WANDERS = (0.002, 0.004, 0.008)
"""What the model may be wrong by in the density, relative per √h."""


def candidates() -> Iterator[tuple[str, Settings]]:
    """Each setting changed alone, the shipped one first."""
    yield "as shipped", SETTINGS
    first, *others = SETTINGS.learnt
    for walk in WALKS:
        yield f"growth walk {walk:g}", replace(SETTINGS, learnt=(replace(first, walk=walk), *others))
    for bias in BIASES:
        signals = tuple(replace(signal, bias=bias) for signal in SETTINGS.signals)
        yield f"bias {bias:g}", replace(SETTINGS, signals=signals)
    for wander in WANDERS:
        told = {**SETTINGS.wander, "viable": Doubt(wander)}
        yield f"density wander {wander:g}", replace(SETTINGS, wander=told)


def main() -> None:
    """Print a line for each candidate."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--donors", type=int, default=len(TUNING))
    plant = Simulator(CrowdedCulture)
    cultures = [culture(plant, seed, DAYS) for seed in TUNING[: parser.parse_args().donors]]
    print("candidate" + "".join(f"{f'{DAYS - day:g} d ahead':>24}" for day in FROM))
    for name, settings in candidates():
        foretold = study(settings, cultures)
        cells = [f"{100 * np.mean(f.error):.1f} %, {100 * np.mean(f.within):.0f} % in" for f in foretold]
        print(f"{name:24}" + "".join(f"{cell:>20}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
