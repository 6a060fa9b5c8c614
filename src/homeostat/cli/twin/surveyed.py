"""What a survey of virtual batches says: quantiles, chances and failures as tables, JSON, CSV or a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from homeostat.cli.failures import say
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import limits as interval
from homeostat.cli.text import number
from homeostat.cli.twin.columns import headed, quantities
from homeostat.cli.twin.limits import chance
from homeostat.cli.twin.lost import Lost, as_objects, sentences
from homeostat.cli.twin.plot import as_sheet, draw, places
from homeostat.cli.twin.values import finite
from homeostat.cli.twin.writing import PRINTED, write_csv

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from homeostat.quality.page.study import Study
    from homeostat.twin import Model
    from homeostat.twin.virtual import Survey


class Notes(NamedTuple):
    """What else is known of the batches: of each cause of failure the first, and what is not to be believed."""

    lost: tuple[Lost, ...] = ()
    warnings: tuple[str, ...] = ()


def tell(
    model: "type[Model]",
    result: "Survey",
    seed: int,
    csv: Path | None,
    plot: Path | None,
    notes: Notes,
    *,
    as_json: bool,
) -> None:
    """Write table and picture where they are wanted, and print the result."""
    failed = [*_failed(result), *sentences(model, notes.lost)]
    if csv is not None:
        _write(csv, model, result)
    if plot is not None:
        draw(_study(model, result, seed, [*failed, *notes.warnings]), plot)
    if as_json:
        more = {"lost": as_objects(model, notes.lost), "warnings": list(notes.warnings)}
        show_json(as_object(model, result, seed) | more)
        return
    if csv != PRINTED:
        show(_headline(model, result), _ends(model, result), _chances(model, result), "", *failed)
        show(*places(csv, plot))
        say(*notes.warnings)
        return
    say(*failed, *notes.warnings)  # standard output holds the table alone


def _units(model: "type[Model]", result: "Survey") -> list[str]:
    known = quantities(model)
    return [known[name].unit for name in result.columns]


def _headline(model: "type[Model]", result: "Survey") -> str:
    end = float(result.time[-1])
    length = f"{end / 24:g} days" if end >= 72 else f"{end:g} hours"
    return f"{model.__name__}: {result.n:,} virtual batches over {length}"


def _ends(model: "type[Model]", result: "Survey") -> Table:
    levels = tuple(f"{100 * q:g} %" for q in result.quantiles)
    rows = [
        (name, *(number(float(band[-1, place])) for band in result.bands), unit)
        for place, (name, unit) in enumerate(zip(result.columns, _units(model, result), strict=True))
    ]
    return Table("Quantiles at the end", ("quantity", *levels, "unit"), rows, frozenset(levels))


def _chances(model: "type[Model]", result: "Survey") -> Table:
    units = dict(zip(result.columns, _units(model, result), strict=True))
    rows = [
        (one.column, f"{interval(finite(one.low), finite(one.high))} {units[one.column]}", kept)
        for one, kept in zip(result.limits, result.within, strict=True)
    ]
    if len(rows) > 1:
        rows.append(("all", "", result.within_all))
    columns = ("limit", "specification", "P (in)", "standard error", "95 % interval")
    shown = [(name, text, *chance(result, kept).cells) for name, text, kept in rows]
    return Table("In specification at the end", columns, shown, frozenset({"P (in)", "standard error"}))


def _failed(result: "Survey") -> list[str]:
    """What became of the batches that failed."""
    lost = sum(result.failures.values())
    if not lost:
        return ["No batch failed."]
    causes = ", ".join(
        f"{count:,} {status.name.lower().replace('_', ' ')}" for status, count in _failures(result)
    )
    return [f"{lost:,} batches failed ({causes}): they are in no band, and not in specification."]


def _failures(result: "Survey") -> list[tuple[Any, int]]:
    return sorted(result.failures.items())


def as_object(model: "type[Model]", result: "Survey", seed: int) -> dict[str, Any]:
    """The result as plain data; null stands where there is no number.

    `resolution` is the largest error of each quantile, the width of its bin; without `bins` they are exact.
    """
    units = _units(model, result)
    return {
        "model": model.__name__,
        "n": result.n,
        "seed": seed,
        "failures": {status.name.lower(): count for status, count in _failures(result)},
        "limits": [
            {
                "column": one.column,
                "low": finite(one.low),
                "high": finite(one.high),
                **chance(result, kept).plain,
            }
            for one, kept in zip(result.limits, result.within, strict=True)
        ],
        "in_specification": chance(result, result.within_all).plain if result.limits else None,
        "time_h": result.time.tolist(),
        "quantiles": list(result.quantiles),
        "bins": result.bins,
        "columns": {
            name: {
                "unit": units[place],
                "bands": _plain(result.bands[:, :, place]),
                "resolution": _plain(result.resolution[:, :, place]),
            }
            for place, name in enumerate(result.columns)
        },
    }


def _plain(values: "NDArray[float64]") -> list[list[float | None]]:
    return [[finite(value) for value in row] for row in values.tolist()]


def _write(path: Path, model: "type[Model]", result: "Survey") -> None:
    heads = [
        f"{headed(name, unit)} {100 * q:g} %"
        for name, unit in zip(result.columns, _units(model, result), strict=True)
        for q in result.quantiles
    ]
    rows = (
        [hour, *result.bands[:, place, :].T.ravel().tolist()]
        for place, hour in enumerate(result.time.tolist())
    )
    write_csv(path, ["time [h]", *heads], rows)


def _study(model: "type[Model]", result: "Survey", seed: int, notes: list[str]) -> "Study":
    from homeostat.cli.twin.bands import panels
    from homeostat.cli.twin.models import purpose
    from homeostat.quality.page.study import Study

    chances, ends = _chances(model, result), _ends(model, result)
    facts = {
        "Model": model.__name__,
        "Virtual batches": f"{result.n:,}",
        "Seed": str(seed),
        "In specification": chance(result, result.within_all).short if result.limits else "",
    }
    sheets = tuple(as_sheet(table) for table in ((chances, ends) if result.limits else (ends,)))
    title = f"{model.__name__}: {result.n:,} virtual batches"
    return Study(title, purpose(model), facts, panels(model, result), (), sheets, tuple(notes))
