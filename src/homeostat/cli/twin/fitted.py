"""What a fit says: estimates with intervals, scores of each run, what cannot be learnt; as tables, JSON, a picture."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.plot import as_sheet, draw, places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from homeostat.quality.page.study import Study
    from homeostat.twin.fit import Fit, Identifiability, Prediction, Profile

MOST_PERCENT = 1000
"""A linear approximation tells no uncertainty larger than this."""
_DEVIATION = re.compile(r"±(\d+(?:\.\d+)?) ?%")


def tell(
    fitted: "Fit",
    predicted: "Sequence[Prediction]",
    profiles: "Mapping[str, Profile]",
    plot: Path | None,
    *,
    as_json: bool,
) -> None:
    """Draw the fit if a picture is wanted, and print it. `predicted` are the fitted runs, then others."""
    from homeostat.cli.twin.doubted import shortened, warnings
    from homeostat.twin.fit import identifiability
    from homeostat.twin.fit.doubts import agreement

    if plot is not None:
        draw(_study(fitted, predicted, profiles), plot)
    report, known = identifiability(fitted), {run.name for run in fitted.problem.runs}
    agreed = agreement(fitted)
    doubts = warnings(fitted, agreed, [one.run for one in predicted if one.run.name not in known])
    if as_json:
        judged = {"reduced_chi_square": agreed.reduced, "warnings": doubts}
        show_json({**_as_object(fitted, report, predicted, profiles), **judged})
        return
    show(
        _headline(fitted),
        _estimates(fitted, profiles),
        _scores("Fitted runs", [one for one in predicted if one.run.name in known]),
        _scores("Predicted runs", [one for one in predicted if one.run.name not in known]),
        "",
        *sentences(report.lines()),
        *sentences(shortened(doubts)),
        *places(None, plot),
    )


def _as_object(
    fitted: "Fit",
    report: "Identifiability",
    predicted: "Sequence[Prediction]",
    profiles: "Mapping[str, Profile]",
) -> dict[str, Any]:
    known = {run.name for run in fitted.problem.runs}
    return {
        **fitted.to_json(),
        "identifiability": report.to_json(),
        **({"profiles": [each.to_json() for each in profiles.values()]} if profiles else {}),
        "fitted": [one.to_json() for one in predicted if one.run.name in known],
        "predicted": [one.to_json() for one in predicted if one.run.name not in known],
    }


def _headline(fitted: "Fit") -> str:
    reached, count = fitted.search.reached(), len(fitted.problem.runs)
    return (
        f"{fitted.problem.model.__name__}: {fitted.observations} values of {count} run{'s' if count > 1 else ''}; "
        f"{reached} of {len(fitted.search.searches)} searches reach the best ({fitted.search.best.outcome})"
    )


def sentences(lines: "Sequence[str]") -> list[str]:
    """Each line with a capital and a full stop; a deviation beyond `MOST_PERCENT` is none that is known."""
    limited = (_DEVIATION.sub(_limited, line) for line in lines)
    return [line[:1].upper() + line[1:] + ("" if line.endswith("?") else ".") for line in limited]


def _limited(found: "re.Match[str]") -> str:
    return found[0] if float(found[1]) <= MOST_PERCENT else f"> {MOST_PERCENT:,} %"


def _percent(share: float | None) -> str:
    if share is None:
        return "-"
    return f"{100 * share:.1f} %" if 100 * share <= MOST_PERCENT else f"> {MOST_PERCENT:,} %"


def _estimates(fitted: "Fit", profiles: "Mapping[str, Profile]") -> Table:
    intervals, bounds = fitted.intervals(), fitted.at_bounds()
    rows = []
    for one in fitted.problem.free:
        found = profiles.get(one.name)
        notes = ["at its bound"] if one.name in bounds else []
        notes += ["its profile meets a better fit: raise --starts"] if found and found.better else []
        beside = [interval(*found.interval) if found else "-"] if profiles else []
        told = (number(one.start), number(fitted.values[one.name]), interval(*intervals[one.name]))
        rows.append((one.name, *told, *beside, one.unit, "; ".join(notes)))
    extra = ("by its profile",) if profiles else ()
    columns = ("quantity", "before", "estimate", "90 % interval", *extra, "unit", "note")
    return Table("Learnt", columns, rows, frozenset({"before", "estimate"}))


def interval(low: float | None, high: float | None) -> str:
    """From low to high; None for an end that the runs do not limit."""
    return f"{'no limit' if low is None else number(low)} to {'no limit' if high is None else number(high)}"


def _scores(title: str, predicted: "Sequence[Prediction]") -> Table:
    columns = ("run", "quantity", "samples", "RMSE", "unit", "mean relative error", "in 90 % interval")
    rows = [
        (
            s.run,
            s.quantity,
            str(s.count),
            number(s.rmse),
            s.unit,
            _percent(s.relative_error),
            f"{100 * s.coverage:.0f} %",
        )
        for one in predicted
        for s in one.scores
    ]
    return Table(title, columns, rows, frozenset(columns) - {"run", "quantity", "unit"})


def _study(fitted: "Fit", predicted: "Sequence[Prediction]", profiles: "Mapping[str, Profile]") -> "Study":
    from homeostat.cli.twin.curves import panels
    from homeostat.quality.page.study import Study

    known = [run.name for run in fitted.problem.runs]
    model = fitted.problem.model
    sheets = [
        as_sheet(_estimates(fitted, profiles)),
        as_sheet(_scores("Runs, fitted and predicted", predicted)),
    ]
    facts: dict[str, Any] = {
        "Model": model.__name__,
        "Values": str(fitted.observations),
        "Fitted": ", ".join(known),
        "Predicted": ", ".join(one.run.name for one in predicted if one.run.name not in known),
    }
    lead = "Lines: the model; bands: where a measurement is expected with 90 %; points: measured."
    drawn = panels(fitted, [one.run for one in predicted])
    return Study(f"{model.__name__}: fitted to measured runs", lead, facts, drawn, (), tuple(sheets))
