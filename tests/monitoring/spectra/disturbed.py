"""Made-up processes whose probe is wrong in a known way, and how often the intervals of a live calibration hold.

`python -m tests.monitoring.spectra.disturbed` prints the table of the documentation. A spectrum each ten minutes for a
day, a sample each hour whose reference errs by 0.5; the probe sees gain x truth + bias, the latter changing evenly. The
calibration is chosen on the first spectra of each process among all that `watch train --live` tries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from tests.monitoring.spectra.made_up import samples, spectra_of

from homeostat.monitoring.learning.calibrating import COMPONENTS
from homeostat.monitoring.learning.threads import one_thread
from homeostat.monitoring.spectra import Drawn, Live, follow
from homeostat.monitoring.spectra.learning import Candidate, Samples, choose_among, trials
from homeostat.monitoring.spectra.recipe import candidates
from homeostat.monitoring.spectra.state import HOUR

Array = NDArray[np.float64]
BETWEEN, SAMPLED, HOURS = HOUR // 6, 6, 24
LATE = HOUR // 2
ERROR = 0.5
"""Standard deviation of a reference value, of the samples as of the process."""
NOISE = 0.002
"""Of a spectrum's points, in the samples."""
ALL = HOURS
FIRST = 5
"""Spectra of the process at hand when the calibration is chosen: those before the first sample."""


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


@dataclass(frozen=True, eq=False)
class Process:
    """Spectra (n, p) at `BETWEEN`, the truth (n,), and what a laboratory would measure of each (n,)."""

    spectra: Array
    truth: Array
    measured: Array


@cache
def tried(seed: int, *, quick: bool) -> tuple[Samples, tuple[Candidate, ...]]:
    """30 samples whose references err, and all that is tried on them; `quick` tries fewer."""
    made = samples(30, 1000 + 2 * seed)
    errors = np.random.default_rng([2, seed]).normal(0.0, ERROR, 30)
    learnt = Samples(made.wavelengths, made.spectra, made.values + errors)
    ends = float(made.wavelengths.min()), float(made.wavelengths.max())
    with one_thread(), np.errstate(all="ignore"):
        return learnt, tuple(trials(learnt, candidates([ends], quick=quick), COMPONENTS))


@cache
def chosen(seed: int, course: str, wrong: str, *, quick: bool) -> Live:
    """The calibration that the first spectra of a process choose."""
    learnt, offered = tried(seed, quick=quick)
    first = process(seed, course, wrong).spectra[:FIRST]
    with one_thread(), np.errstate(all="ignore"):
        choice = choose_among(offered, learnt.folds(), first)
    return Live.of(choice.calibration, learnt.spectra, low=-50.0, high=150.0, errors=choice.errors)


@cache
def process(seed: int, course: str, wrong: str) -> Process:
    """A day of the `course` through a probe that is `wrong`."""
    hours, probe = np.arange(HOURS * SAMPLED) / SAMPLED, WRONG[wrong]
    truth = COURSES[course](hours)
    seen = probe.gain * truth + probe.bias + probe.change * hours / HOURS
    other = 15.0 + hours / 4.0
    spectra = spectra_of(np.stack([seen, other], axis=1), 5000 + seed, probe.noise * NOISE)
    return Process(spectra, truth, truth + np.random.default_rng([3, seed]).normal(0.0, ERROR, len(truth)))


def held(
    course: str, wrong: str, told: int, edition: int = 5, processes: int = 4, *, quick: bool = True
) -> tuple[float, float]:
    """The share of laboratory values held from the fifth hour on, and the mean width.

    The first `told` results are told; `quick` chooses among fewer.
    """
    inside: list[bool] = []
    widths: list[float] = []
    for seed in range(processes):
        live = chosen(seed, course, wrong, quick=quick).model_copy(update={"edition": edition})
        if edition < 5:
            live = live.model_copy(update={"laboratory": None})
        for low, high, measured in _intervals(live, process(seed, course, wrong), told):
            inside.append(low <= measured <= high)
            widths.append(high - low)
    return float(np.mean(inside)), float(np.mean(widths))


def _intervals(live: Live, made: Process, told: int) -> list[tuple[float, float, float]]:
    """Interval and reference at each sample of one process, before its own result is told."""
    places = list(range(SAMPLED - 1, len(made.truth), SAMPLED))
    drawn = [
        Drawn(place * BETWEEN, float(made.measured[place]), place * BETWEEN + LATE if number < told else None)
        for number, place in enumerate(places)
    ]
    course = follow(live, [(place * BETWEEN, one) for place, one in enumerate(made.spectra)], drawn)
    return [
        (stood.low, stood.high, float(made.measured[place]))
        for place, stood in list(zip(places, course.standing, strict=True))[4:]
        if stood is not None and stood.low is not None and stood.high is not None
    ]


def main() -> None:
    """Print the table: laboratory values held, and mean width, by what is wrong and how many results are told."""
    heads = [f"{course}, {told}" for course in COURSES for told in ("none told", "3 told", "all told")]
    print("| the probe | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for wrong in WRONG:
        cells = [
            held(course, wrong, told, processes=12, quick=False) for course in COURSES for told in (0, 3, ALL)
        ]
        print(
            f"| {wrong} | " + " | ".join(f"{100 * share:.0f} % ({wide:.1f})" for share, wide in cells) + " |"
        )


if __name__ == "__main__":
    main()
