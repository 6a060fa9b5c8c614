"""Our engine on the same donors, at a ladder of settings from quick to exact."""

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from homeostat.bench.twin.contender import Settled
from homeostat.bench.twin.donors import STARTS, TIMES, Array, Donors
from homeostat.bench.twin.model import PerfusedTCells
from homeostat.bench.twin.reference import largest_error
from homeostat.twin import Batches, Ensemble, Segment

TIMED, TURNS = 4096, 8
"""Batches in one timing, in at most so many turns: a tenth of a second, beside which an interruption does not count."""
SEGMENTS = tuple(Segment(float(start)) for start in STARTS)


@dataclass(frozen=True)
class Setting:
    """A method and its relative tolerance; the absolute one is a tenth of it."""

    method: str
    rtol: float

    @property
    def label(self) -> str:
        """As printed."""
        return f"{self.method} {self.rtol:.0e}"


SETTINGS = tuple(
    Setting("rodas4", rtol)
    for rtol in (1e-4, 9e-5, 8e-5, 6e-5, 5e-5, 4e-5, 3e-5, 2e-5, 1e-5, 5e-6, 2e-6, 1e-6)
)
"""From quick to exact; the first is the one whose speed is promised."""


@lru_cache(maxsize=len(SETTINGS))
def ensemble(setting: Setting) -> Ensemble:
    """The compiled kernel of a setting."""
    return Ensemble(PerfusedTCells, method=setting.method, rtol=setting.rtol, atol=setting.rtol / 10.0)


def run(engine: Ensemble, donors: Donors, *, threads: int = 1, out: Array | None = None) -> Batches:
    """Integrate `donors` with `engine` and report every hour."""
    return engine.run(
        TIMES,
        SEGMENTS,
        states=donors.states,
        parameters=donors.parameters,
        inputs=donors.inputs,
        threads=threads,
        out=out,
    )


def buffer(donors: Donors) -> Array:
    """Memory for the hourly states of `donors`, written to once so that the system has really given it."""
    return np.full((len(donors), len(TIMES), len(PerfusedTCells.signature.states)), np.nan)


def at(setting: Setting, donors: Donors, truth: Array) -> Settled:
    """Our engine at `setting`: one core, into warm memory; `truth` is the reference of the first donors."""
    engine, warm = ensemble(setting), buffer(donors)
    known = truth[: len(donors)]
    error = largest_error(run(engine, donors, out=warm).values[: len(known)], known)
    repeats = max(1, min(TURNS, TIMED // len(donors)))
    return Settled(setting.label, error, len(donors), partial(run, engine, donors, out=warm), repeats)


def at_least_as_exact(error: float, donors: Donors, truth: Array) -> Settled:
    """The quickest setting that errs no more than `error`, or the most exact one."""
    for setting in SETTINGS:
        settled = at(setting, donors, truth)
        if settled.error <= error:
            break
    return settled
