"""`homeostat twin fit --petab`: a PEtab problem, searched from many starts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.bar import counting

if TYPE_CHECKING:
    from homeostat.quality.page.study import Study
    from homeostat.twin.petab import Fit, Problem


def fit_petab(path: Path, counts: tuple[int, int], seed: int, plot: Path | None, *, as_json: bool) -> None:
    """Load the problem, search, and tell the objective at nominal parameters and at the best found.

    `counts` are searches from random starts, and then beside the best of them.
    """
    from homeostat.cli.twin.plot import draw, places
    from homeostat.cli.twin.values import OptionError
    from homeostat.twin.petab import fit, load_problem

    if not path.is_file():
        raise OptionError("there is no such file", where=str(path), mend="name the problem's yaml file")
    problem = load_problem(path)
    nominal = problem.value(problem.nominal)
    starts, hops = counts
    with counting(starts + hops, "searches") as progress:
        found = fit(problem, starts, seed, hops=hops, progress=lambda _: progress(1))
    if plot is not None:
        draw(_study(found, nominal), plot)
    if as_json:
        show_json(_as_object(found, nominal, seed))
        return
    reached = f"{found.searches.reached()} of {len(found.searches.searches)} searches reach the best"
    show(
        f"{problem.name}: {len(problem.measurements)} measurements, {len(problem.names)} parameters; {reached}",
        _objective(found, nominal),
        _estimates(found),
        *places(None, plot),
    )


def _objective(found: "Fit", nominal: float) -> Table:
    rows = [("at nominal parameters", f"{nominal:.6g}"), ("best found", f"{found.value:.6g}")]
    return Table("Negative log-likelihood", ("where", "value"), rows, frozenset({"value"}))


def _estimates(found: "Fit") -> Table:
    rows = [
        (p.id, number(p.nominal), number(found.values[p.id]), f"{number(p.low)} to {number(p.high)}")
        for p in found.problem.parameters
    ]
    columns = ("parameter", "nominal", "estimate", "bounds")
    return Table("Estimated", columns, rows, frozenset({"nominal", "estimate"}))


def _as_object(found: "Fit", nominal: float, seed: int) -> dict[str, Any]:
    import math

    problem = found.problem
    return {
        "problem": problem.name,
        "seed": seed,
        "measurements": len(problem.measurements),
        "objective": {"nominal": nominal, "best": found.value},
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


def _study(found: "Fit", nominal: float) -> "Study":
    from homeostat.cli.twin.plot import as_sheet
    from homeostat.quality.page.study import Study

    facts = {
        "Problem": found.problem.name,
        "Measurements": str(len(found.problem.measurements)),
        "At nominal parameters": f"{nominal:.6g}",
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
