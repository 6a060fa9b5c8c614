"""`homeostat twin fit --petab`: a PEtab problem, searched from many starts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from homeostat.cli.failures import ExitCode, explain, say
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.bar import counting
from homeostat.errors import HomeostatError

if TYPE_CHECKING:
    from homeostat.quality.page.study import Study
    from homeostat.twin.petab import Fit, Problem


_ALIKE = 1e-3
"""Objectives closer than this, relative to their size, count as equal."""


class Nominal(NamedTuple):
    """The objective at nominal parameters; None where it has no value there, with the reason in words."""

    value: float | None
    reason: str = ""

    @property
    def cell(self) -> str:
        """The objective as a table shows it."""
        return f"none: {self.reason}" if self.value is None else f"{self.value:.6g}"

    def beats(self, best: float) -> bool:
        """Whether the nominal parameters fit better than the best that was found."""
        return self.value is not None and best > self.value + _ALIKE * max(1.0, abs(self.value))


def fit_petab(path: Path, counts: tuple[int, int], seed: int, plot: Path | None, *, as_json: bool) -> None:
    """Load the problem, search, and tell the objective at nominal parameters and at the best found.

    `counts` are searches from random starts, and then beside the best of them. The nominal point is told, and no
    search begins there. Exit code 1 if no start point has a value.
    """
    from homeostat.cli.twin.plot import draw, places
    from homeostat.cli.twin.values import OptionError
    from homeostat.twin.fit import Rejected
    from homeostat.twin.petab import fit, load_problem

    if not path.is_file():
        raise OptionError("there is no such file", where=str(path), mend="name the problem's yaml file")
    problem = load_problem(path)
    nominal = _nominal(problem)
    starts, hops = counts
    try:
        with counting(starts + hops, "searches") as progress:
            found = fit(problem, starts, seed, hops=hops, progress=lambda _: progress(1))
    except Rejected as error:
        _tell_failure(problem, nominal, seed, error, as_json=as_json)
        raise typer.Exit(ExitCode.FAILED) from error
    if plot is not None:
        draw(_study(found, nominal), plot)
    if as_json:
        show_json(_as_object(found, nominal, seed))
        return
    head = f"{_sizes(problem)}; {_reached(found, nominal)}"
    show(head, _objective(nominal, f"{found.value:.6g}"), _estimates(found), *places(None, plot))


def _nominal(problem: "Problem") -> Nominal:
    from homeostat.twin.fit import Rejected

    try:
        return Nominal(problem.value(problem.nominal))
    except Rejected as error:
        return Nominal(None, error.what)


def _tell_failure(
    problem: "Problem", nominal: Nominal, seed: int, error: HomeostatError, *, as_json: bool
) -> None:
    """Tell what is known where no start point has a value."""
    if as_json:
        show_json({**_known(problem, nominal, None, seed), "failure": error.what})
    else:
        show(f"{_sizes(problem)}; no search has a result", _objective(nominal, "none"))
    say(*explain(error)[1])


def _sizes(problem: "Problem") -> str:
    return f"{problem.name}: {len(problem.measurements)} measurements, {len(problem.names)} parameters"


def _reached(found: "Fit", nominal: Nominal) -> str:
    total = len(found.searches.searches)
    if nominal.beats(found.value):
        return f"none of {total} searches comes as low as the nominal parameters: raise --starts"
    return f"{found.searches.reached()} of {total} searches reach the best"


def _objective(nominal: Nominal, best: str) -> Table:
    rows = [("at nominal parameters", nominal.cell), ("best found", best)]
    return Table("Negative log-likelihood", ("where", "value"), rows, frozenset({"value"}))


def _estimates(found: "Fit") -> Table:
    rows = [
        (p.id, number(p.nominal), number(found.values[p.id]), f"{number(p.low)} to {number(p.high)}")
        for p in found.problem.parameters
    ]
    columns = ("parameter", "nominal", "estimate", "bounds")
    return Table("Estimated", columns, rows, frozenset({"nominal", "estimate"}))


def _known(problem: "Problem", nominal: Nominal, best: float | None, seed: int) -> dict[str, Any]:
    """What is told of every fit, and of one that failed; `best` is None there."""
    reason = {"nominal_reason": nominal.reason} if nominal.reason else {}
    return {
        "problem": problem.name,
        "seed": seed,
        "measurements": len(problem.measurements),
        "objective": {"nominal": nominal.value, "best": best, **reason},
        "worse_than_nominal": None if best is None or nominal.value is None else nominal.beats(best),
    }


def _as_object(found: "Fit", nominal: Nominal, seed: int) -> dict[str, Any]:
    import math

    problem = found.problem
    return {
        **_known(problem, nominal, found.value, seed),
        "estimates": [
            {"name": p.id, "nominal": p.nominal, "value": found.values[p.id], "bounds": [p.low, p.high]}
            for p in problem.parameters
        ],
        "searches": [
            {"start": s.number, "outcome": str(s.outcome), "cost": s.cost if math.isfinite(s.cost) else None}
            for s in found.searches.searches
        ],
        "reached_best": found.searches.reached(),
    }


def _study(found: "Fit", nominal: Nominal) -> "Study":
    from homeostat.cli.twin.plot import as_sheet
    from homeostat.quality.page.study import Study

    facts = {
        "Problem": found.problem.name,
        "Measurements": str(len(found.problem.measurements)),
        "At nominal parameters": nominal.cell,
        "Best found": f"{found.value:.6g}",
    }
    lead = "Lines: simulated with the best parameters; points: measured. Objective: negative log-likelihood."
    panels = _panels(found.problem, found)
    return Study(f"{found.problem.name}: fitted", lead, facts, panels, (), (as_sheet(_estimates(found)),))


def _panels(problem: "Problem", found: "Fit") -> tuple[Any, ...]:
    """A panel for each observable in each condition that was measured at more than one time."""
    import numpy as np

    from homeostat.quality.page.study import Dots, Panel

    simulated = problem.simulate(found.searches.best.theta)[:, 0]
    keys = [(m.observable.id, m.condition) for m in problem.measurements]
    panels = []
    for key in dict.fromkeys(keys):
        rows = [k for k, one in enumerate(keys) if one == key]
        hours = np.array([problem.measurements[k].time for k in rows])
        order = np.argsort(hours, kind="stable")
        if len(np.unique(hours)) < 2:
            continue
        measured = np.array([problem.measurements[k].value for k in rows])[order]
        dots = Dots(hours[order], measured)
        panels.append(
            Panel(
                f"{key[0]}, {key[1]}",
                "",
                hours[order],
                simulated[rows][order],
                "simulated",
                dots=dots,
                time_unit="unit of the problem",
            )
        )
    return tuple(panels)
