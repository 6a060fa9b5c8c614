"""Made-up processes whose probe is wrong in a known way, and how often the intervals of a live calibration hold.

`python -m tests.monitoring.spectra.disturbed` prints the table of the documentation. A spectrum each ten minutes for a
day, a sample each hour whose reference errs by 0.5; the probe sees gain x truth + bias, the latter changing evenly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from tests.monitoring.spectra.made_up import samples, spectra_of

from homeostat.monitoring.spectra import Cut, Drawn, Live, SavitzkyGolay, follow
from homeostat.monitoring.spectra.learning import Samples, calibrate
from homeostat.monitoring.spectra.state import HOUR

Array = NDArray[np.float64]
BETWEEN, SAMPLED, HOURS = HOUR // 6, 6, 24
LATE = HOUR // 2
ERROR = 0.5
"""Standard deviation of a reference value, of the samples as of the process."""
NOISE = 0.002
"""Of a spectrum's points, in the samples."""
ALL = HOURS


@dataclass(frozen=True)
class Wrong:
    """What the probe makes of the truth; `change` is what the bias gains in the day."""

    gain: float = 1.0
    bias: float = 0.0
    change: float = 0.0
    noise: float = 1.0


WRONG = {
    "nothing": Wrong(),
    "gain 0.75": Wrong(gain=0.75),
    "gain 0.9": Wrong(gain=0.9),
    "gain 1.1": Wrong(gain=1.1),
    "gain 1.3": Wrong(gain=1.3),
    "bias 4": Wrong(bias=4.0),
    "bias 4, fades": Wrong(bias=4.0, change=-4.0),
    "bias 4, grows to 8": Wrong(bias=4.0, change=4.0),
    "bias 0, grows to 4": Wrong(change=4.0),
    "noise twice the samples'": Wrong(noise=2.0),
}
COURSES: dict[str, Callable[[Array], Array]] = {
    "falls": lambda hours: 30.0 * np.exp(-hours / 8.0),
    "rises": lambda hours: 5.0 + 25.0 * (1.0 - np.exp(-hours / 12.0)),
}


@cache
def calibrated(seed: int) -> Live:
    """A calibration of 30 samples whose references err."""
    made = samples(30, 1000 + 2 * seed)
    errors = np.random.default_rng([2, seed]).normal(0.0, ERROR, 30)
    learnt = Samples(made.wavelengths, made.spectra, made.values + errors)
    steps = (Cut(start=5, stop=110), SavitzkyGolay.of(11, 2, 1))
    return Live.of(calibrate(learnt, steps, 3), learnt.spectra, low=-50.0, high=150.0)


def held(course: str, wrong: str, told: int, edition: int = 4, processes: int = 4) -> tuple[float, float]:
    """The share of truths held from the fifth hour on, and the mean width, when the first `told` results are told."""
    inside: list[bool] = []
    widths: list[float] = []
    for seed in range(processes):
        live = calibrated(seed).model_copy(update={"edition": edition})
        for low, high, measured in _intervals(live, COURSES[course], WRONG[wrong], told, seed):
            inside.append(low <= measured <= high)
            widths.append(high - low)
    return float(np.mean(inside)), float(np.mean(widths))


def _intervals(
    live: Live, course: Callable[[Array], Array], wrong: Wrong, told: int, seed: int
) -> list[tuple[float, float, float]]:
    """Interval and reference at each sample of one process, before its own result is told."""
    hours = np.arange(HOURS * SAMPLED) / SAMPLED
    truth = course(hours)
    seen = wrong.gain * truth + wrong.bias + wrong.change * hours / HOURS
    other = 15.0 + hours / 4.0
    spectra = spectra_of(np.stack([seen, other], axis=1), 5000 + seed, wrong.noise * NOISE)
    measured = truth + np.random.default_rng([3, seed]).normal(0.0, ERROR, len(truth))
    places = list(range(SAMPLED - 1, len(truth), SAMPLED))
    drawn = [
        Drawn(place * BETWEEN, float(measured[place]), place * BETWEEN + LATE if number < told else None)
        for number, place in enumerate(places)
    ]
    course_ = follow(live, [(place * BETWEEN, one) for place, one in enumerate(spectra)], drawn)
    return [
        (stood.low, stood.high, float(measured[place]))
        for place, stood in list(zip(places, course_.standing, strict=True))[4:]
        if stood is not None and stood.low is not None and stood.high is not None
    ]


def main() -> None:
    """Print the table: share of truths held, and mean width, by what is wrong and how many results are told."""
    heads = [f"{course}, {told}" for course in COURSES for told in ("none told", "3 told", "all told")]
    print("| the probe | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for wrong in WRONG:
        cells = [held(course, wrong, told, processes=12) for course in COURSES for told in (0, 3, ALL)]
        print(
            f"| {wrong} | " + " | ".join(f"{100 * share:.0f} % ({wide:.1f})" for share, wide in cells) + " |"
        )


if __name__ == "__main__":
    main()
