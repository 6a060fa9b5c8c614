"""Plants that are not ours, with parameters that are not known, beside an oracle that knows everything.

The oracle (IPOPT) plans the whole episode at once on the true plant: nothing does better. Told is by how many percent
what happened under a controller was worse. Ours learns states and parameters by the twin's filter from readings with
noise, or states alone; with everything known to it, only its horizon is left to lose by. Bar: 2 %.
"""

from collections.abc import Sequence

from homeostat.bench.control.loop import Crew, Knows, Loop, Outcome
from homeostat.bench.control.ours.controller import Ours
from homeostat.bench.control.rivals import do_mpc_control
from homeostat.bench.control.rivals.casadi_solver import ipopt
from homeostat.bench.control.trials import TRIALS, Trial
from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival, Spread
from homeostat.bench.twin.pinned import one_core

SEEDS = range(201, 221)
"""Of the drawn parameters, first guesses and noise; none was looked at before the trials were written."""
BAR = 2.0
TOLD = (2, 3)
"""Steps after which a controller that learns is told everything, to see how much of what it loses it loses before."""


def measure(*, quick: bool) -> list[Result]:
    """Every plant with 20 seeds; `quick` with one, and without do-mpc."""
    seeds = SEEDS[:1] if quick else SEEDS
    with one_core():
        return [part for name, trial in TRIALS.items() for part in _plant(name, trial, seeds, quick=quick)]


def _plant(name: str, trial: Trial, seeds: Sequence[int], *, quick: bool) -> list[Result]:
    loop, best = Loop(trial), ipopt(trial.episode)
    oracle = [loop.oracle(seed, best) for seed in seeds]
    ours = Crew(trial.task, Ours)

    def under(crew: Crew, knows: Knows, told: int | None = None) -> list[Outcome]:
        return [loop.steered(seed, crew, knows, told) for seed in seeds]

    learnt, told, knowing = (under(ours, knows) for knows in (Knows.LEARNT, Knows.MODEL, Knows.ALL))
    rivals = {"ours, parameters not learnt": under(ours, Knows.NOMINAL)}
    if trial.hedged:
        rivals["ours, planned for five futures"] = under(Crew(trial.fan, Ours), Knows.FUTURES)
        for steps in TOLD:
            rivals[f"ours, told everything after {steps} steps"] = under(ours, Knows.LEARNT, steps)
    if do_mpc_control.INSTALLED and not quick:
        rivals["do-mpc with our filter"] = under(Crew(trial.task, do_mpc_control.DoMpc), Knows.LEARNT)
    return [
        _lost(f"{name}: worse than the oracle, parameters and states learnt", learnt, oracle, rivals),
        _lost(f"{name}: worse than the oracle, model known and states learnt", told, oracle, {}),
        _lost(f"{name}: worse than the oracle, model and states known", knowing, oracle, {}),
        _steps(f"{name}: plans solved", [*learnt, *told, *knowing]),
        _beyond(f"{name}: bound exceeded at most, scaled", learnt),
    ]


def shortfall(outcomes: Sequence[Outcome], oracle: Sequence[Outcome]) -> Spread:
    """By how many percent each outcome is worse than the oracle's of the same seed: median and extremes."""
    pairs = [(o.worth.objective, b.worth.objective) for o, b in zip(outcomes, oracle, strict=True)]
    return spread([100.0 * (found - best) / abs(best) for found, best in pairs])


def _lost(
    what: str, ours: Sequence[Outcome], oracle: Sequence[Outcome], rivals: dict[str, list[Outcome]]
) -> Result:
    beside = tuple(Rival(name, shortfall(outcomes, oracle), "%") for name, outcomes in rivals.items())
    return Result(f"oracle: {what}", shortfall(ours, oracle), "%", bar=BAR, better="less", rivals=beside)


def _steps(what: str, outcomes: Sequence[Outcome]) -> Result:
    return Result(f"oracle: {what}", spread([100.0 * o.solved for o in outcomes]), "%", bar=100.0)


def _beyond(what: str, outcomes: Sequence[Outcome]) -> Result:
    return Result(f"oracle: {what}", spread([o.worth.excess for o in outcomes]), "", better="less")
